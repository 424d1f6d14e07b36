import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { readWorkerArguments, workerCommand } from '../../../src/benchmark/worker/arguments';

/** Reads arguments; a wrong one throws with the message. */
function read(...args: string[]) {
  const written: string[] = [];
  const command = workerCommand()
    .exitOverride()
    .configureOutput({ writeErr: (text) => void written.push(text), outputError: (text) => void written.push(text) });
  try {
    return readWorkerArguments(command, ['node', 'worker', ...args]);
  } catch (error) {
    throw new Error(`${written.join('')} ${(error as Error).message}`);
  }
}

test('queue, number of runs side by side and modules are read; the queue may be left to the environment', () => {
  assert.deepEqual(read(), { queue: undefined, concurrency: availableParallelism(), modules: [] });
  assert.equal(read('--queue').queue, undefined);
  assert.deepEqual(read('--queue', 'redis://host', '--concurrency', '3', '--module', 'a.js', 'b.js'), {
    queue: 'redis://host',
    concurrency: 3,
    modules: [resolve('a.js'), resolve('b.js')],
  });
});

test('what cannot be meant is refused', () => {
  for (const count of ['0', '-1', '1.5', 'many']) assert.throws(() => read('--concurrency', count), /whole number of at least 1/);
  assert.throws(() => read('--workers', '2'), /unknown option '--workers'/);
});
