#!/usr/bin/env node
import { CommanderError } from 'commander';
import { visible } from '../utils/visible';
import { reproduceCommand } from './arguments';
import { answer } from './run';

// A program that reads the output and ends early (`| head`) does not take the runs along.
for (const output of [process.stdout, process.stderr]) output.on('error', () => undefined);

const command = reproduceCommand(async (request) => {
  process.exitCode = await answer(request, {
    say: (text) => void process.stdout.write(`${visible(text)}\n`),
    note: (text) => void process.stderr.write(`${visible(text)}\n`),
    warn: (text) => void process.stderr.write(`warning: ${visible(text)}\n`),
  });
});

process.once('disconnect', () => process.exit(1)); // whoever started it over a channel is gone
command.parseAsync().catch((error: Error) => {
  process.exitCode = 2;
  if (!(error instanceof CommanderError)) process.stderr.write(`error: ${visible(error.message)}\n`);
  else if (error.exitCode === 0) process.exitCode = 0;
});
