import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LossLog } from '../../src/experiments/lossLog';
import type { TrainingReport } from '../../src/training';

const report = (task: number) => ({ task }) as TrainingReport;

/** Logs these losses in chunks of `size`. */
function logged(losses: number[], size: number, firstStep = 0): LossLog {
  const log = new LossLog();
  for (let at = 0; at < losses.length; at += size) {
    log.call.onLosses(Float32Array.from(losses.slice(at, at + size)), firstStep + at);
  }
  log.call.onTask(report(3));
  return log;
}

test('every step of a short task is kept, with five digits', () => {
  assert.deepEqual(logged([0.5, 0.25, 1 / 3], 2).tasks, [
    { task: 3, firstStep: 0, steps: 3, every: 1, losses: [0.5, 0.25, 0.33333] },
  ]);
});

test('a long task is thinned to means over steps, the same whatever the chunks were', () => {
  const losses = Array.from({ length: 1000 }, (_, step) => step);
  const [task] = logged(losses, 7).tasks;
  assert.deepEqual(logged(losses, 1000).tasks, [task]);
  assert.equal(task.every, 4);
  assert.equal(task.losses.length, 250);
  assert.deepEqual([task.losses[0], task.losses[1], task.losses[249]], [1.5, 5.5, 997.5]);
  const uneven = logged(losses.slice(0, 602), 50).tasks[0];
  assert.deepEqual([uneven.every, uneven.losses.at(-1)], [4, 600.5], 'the last one over what is left');
  assert.ok(logged(Array<number>(100_000).fill(1), 4096).tasks[0].losses.every((loss) => loss === 1));
});

test('each task has its own losses; a log goes on after an interruption, and says where it began in a task', () => {
  const log = logged([1, 2], 2);
  log.call.onLosses(Float32Array.of(5), 0);
  log.call.onTask(report(4));
  const later = new LossLog(JSON.parse(JSON.stringify(log.tasks)) as typeof log.tasks);
  later.call.onLosses(Float32Array.of(7, 8), 10);
  later.call.onTask(report(5));
  assert.deepEqual(
    later.tasks.map(({ task, firstStep, losses }) => [task, firstStep, losses]),
    [
      [3, 0, [1, 2]],
      [4, 0, [5]],
      [5, 10, [7, 8]],
    ],
  );
});
