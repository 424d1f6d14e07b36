#!/usr/bin/env node
import { CommanderError } from 'commander';
import { resultsCommand } from './arguments';
import { visible } from '../../utils/visible';
import { answer } from './run';

// A reader of the output that goes away (`| head`) ends it without an error.
for (const output of [process.stdout, process.stderr]) output.on('error', () => process.exit(0));

const command = resultsCommand((request) => {
  try {
    process.exitCode = answer(request, {
      say: (text) => void process.stdout.write(`${visible(text)}\n`),
      warn: (text) => void process.stderr.write(`warning: ${visible(text)}\n`),
    });
  } catch (error) {
    process.stderr.write(`error: ${visible((error as Error).message)}\n`);
    process.exitCode = 2;
  }
});

try {
  command.parse();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? 0 : 2;
}
