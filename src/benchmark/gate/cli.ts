#!/usr/bin/env node
import { CommanderError } from 'commander';
import { gateCommand } from './arguments';
import { answer } from './run';

// A reader of the output that goes away (`| head`) does not change the verdict.
for (const output of [process.stdout, process.stderr]) output.on('error', () => undefined);

const command = gateCommand((request) => {
  process.exitCode = answer(request, {
    say: (text) => void process.stdout.write(`${text}\n`),
    warn: (text) => void process.stderr.write(`${text}\n`),
  });
});

try {
  command.parse();
} catch (error) {
  process.exitCode = 2; // whatever went wrong, nothing was judged
  if (!(error instanceof CommanderError)) process.stderr.write(`error: ${(error as Error).message}\n`);
  else if (error.exitCode === 0) process.exitCode = 0;
}
