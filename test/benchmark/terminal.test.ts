import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { progressDisplay } from '../../src/benchmark/terminal';
import type { ProgressEvent } from '../../src/training';
import { planned, result } from '../experiments/fixtures';

const event = { task: 4, nTasks: 5, step: 1, steps: 2, epoch: 1, epochs: 1, loss: 0.5, stepsPerSecond: 100 } as ProgressEvent;
const plan = [planned(), planned({ seed: 2 })];

function written(draw: (output: NodeJS.WriteStream) => void, isTTY: boolean): string {
  const output = Object.assign(new PassThrough(), { isTTY, columns: 200, rows: 50, cursorTo: () => true, clearLine: () => true });
  draw(output as unknown as NodeJS.WriteStream);
  return String(output.read() ?? '');
}

test('without a terminal there is a line an event, with study, label and seed of the run', () => {
  const text = written((output) => {
    const display = progressDisplay(plan, output);
    display.started(plan[0].id);
    display.started(plan[1].id);
    display.progress(plan[0].id, event);
    display.finished(plan[0].id, result({}, plan[0]));
    display.retried(plan[1].id, 'worker terminated');
    display.failed(plan[1].id, 'the loss exploded');
    display.close();
  }, false);
  assert.deepEqual(text.trim().split('\n'), [
    'started   task-incremental Naive, seed 1',
    'started   task-incremental Naive, seed 2',
    text.split('\n')[2],
    'crashed   task-incremental Naive, seed 2: worker terminated; running it once more',
    'failed    task-incremental Naive, seed 2: the loss exploded',
  ]);
  assert.match(
    text,
    /finished {2}task-incremental Naive, seed 1: ACC 0\.6500, BWT -0\.4000, 12 s \(1 of 2 done, about .* left\)/,
  );
});

test('without a terminal a run that goes on says where it is, at most every 30 seconds', (t) => {
  let now = 0;
  t.mock.method(performance, 'now', () => now);
  const text = written((output) => {
    const display = progressDisplay(plan, output);
    display.started(plan[0].id);
    for (const seconds of [29, 30, 59, 61]) {
      now = 1000 * seconds;
      display.progress(plan[0].id, { ...event, task: seconds < 40 ? 1 : 2, epochs: 3 });
    }
  }, false);
  const lines = text.trim().split('\n').slice(1);
  assert.equal(lines.length, 2);
  assert.match(lines[0], /^running {3}task-incremental Naive, seed 1: task 2 of 5, epoch 1 of 3 \(0 of 2 done, about .* left\)$/);
  assert.match(lines[1], /task 3 of 5/);
});

test('on a terminal two seeds of one label have bars of their own', () => {
  const text = written((output) => {
    const display = progressDisplay(plan, output);
    display.started(plan[0].id);
    display.started(plan[1].id);
    display.progress(plan[0].id, event);
    display.progress(plan[1].id, { ...event, task: 0 });
    display.close();
  }, true);
  assert.match(text, /90% │ task-incremental Naive, seed 1: task 5 of 5, epoch 1 of 1, loss 0\.500, 100 steps\/s/);
  assert.match(text, /10% │ task-incremental Naive, seed 2: task 1 of 5/);
  assert.match(text, /50% │ 0 of 2 done/);
});

test('runs that were finished before are told in one line, and count as done, not as time', () => {
  for (const isTTY of [false, true]) {
    const text = written((output) => {
      const display = progressDisplay([...plan, planned({ seed: 3 })], output);
      display.finished(plan[0].id, result({}, plan[0]));
      display.started(plan[1].id);
      display.progress(plan[1].id, { ...event, task: 0 });
      display.note('note: waiting');
      display.finished(plan[1].id, result({}, plan[1]));
      display.close();
    }, isTTY);
    assert.match(text, /in store {2}1 of 3 runs, finished before \(--force repeats them\)/);
    assert.match(text, /note: waiting/);
    assert.match(text, /2 of 3 done/);
    if (isTTY) assert.match(text, /5% │ 1 of 3 done/, 'of the two that are left, a tenth of one');
  }
});
