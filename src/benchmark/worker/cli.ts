#!/usr/bin/env node
import { QueueAddress } from '../../experiments/executors/queue/address';
import { TIMING } from '../../experiments/executors/queue/timing';
import { greeting, QueueWorker } from '../../experiments/executors/queue/worker';
import { EXIT_CODES, onInterrupt } from '../interrupt';
import { hideArguments } from '../title';
import { readWorkerArguments, workerCommand } from './arguments';

const command = workerCommand();

/** Takes runs until a signal comes; the running ones then go back to the queue. Returns the exit code. */
async function main(): Promise<number> {
  const { queue, concurrency, modules } = readWorkerArguments(command, process.argv);
  const address = new QueueAddress(queue);
  // Whatever comes up: an error of a client may carry its commands, the password among them.
  process.on('uncaughtException', (error) => fail(new Error(address.without(String((error as Error)?.message ?? error)))));
  const worker = new QueueWorker(address, { concurrency, modules, say }, TIMING);
  await worker.start();
  say(greeting(address, concurrency));
  let end: () => void;
  const ended = new Promise<void>((resolve) => (end = resolve));
  const interrupted = onInterrupt(() => void worker.stop().then(end, fail));
  await ended;
  say(`${worker.done === 1 ? '1 run was' : `${worker.done} runs were`} done here`);
  return EXIT_CODES[interrupted.by!];
}

function say(line: string): void {
  process.stdout.write(`${new Date().toTimeString().slice(0, 8)}  ${line}\n`);
}

function fail(error: Error): never {
  return command.error(`error: ${error.message}`);
}

hideArguments('continual-learning worker');
for (const output of [process.stdout, process.stderr]) output.on('error', () => undefined);
process.once('disconnect', () => process.exit(1)); // whoever started it over a channel is gone
main().then((code) => process.exit(code), fail);
