import { Command, InvalidArgumentError } from 'commander';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';

/** What the command line asks for. */
export interface WorkerArguments {
  /** URL of the queue; undefined: that of the environment. */
  queue: string | undefined;
  /** Runs side by side. */
  concurrency: number;
  /** Files that register streams and methods, absolute paths. */
  modules: string[];
}

/** The command with its options. */
export function workerCommand(): Command {
  return new Command('worker')
    .description('Takes runs from a queue, on which npm run benchmark -- --queue puts them, until Ctrl-C ends it.')
    .option('--queue [url]', 'where the queue is: redis://HOST:6379, rediss://USER:PASSWORD@HOST:6379 (default: CL_QUEUE_URL)')
    .option('--concurrency <n>', 'runs side by side (default: one a core)', positive)
    .option('--module <file...>', 'files that register streams and methods of your own')
    .showHelpAfterError('(--help shows all options)');
}

/** Reads the command line; ends the process with a message where it is wrong. */
export function readWorkerArguments(command: Command, argv: readonly string[]): WorkerArguments {
  const given = command.parse(argv).opts<{ queue?: string | true; concurrency?: number; module?: string[] }>();
  return {
    queue: given.queue === true ? undefined : given.queue,
    concurrency: given.concurrency ?? availableParallelism(),
    modules: (given.module ?? []).map((file) => resolve(file)),
  };
}

function positive(text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('It must be a whole number of at least 1.');
}
