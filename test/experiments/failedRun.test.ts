import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failureInWords, failedRun } from '../../src/experiments/failedRun';
import { inProcess, isFailed } from '../../src/experiments';
import { metricBarsFigure } from '../../src/figures';
import { planned, result } from './fixtures';

test('a failed run holds what it was, why it failed, and nothing measured; figures of runs take it', () => {
  const run = planned({ seed: 7 });
  const failed = failedRun(run, 'worker terminated');
  assert.deepEqual(JSON.parse(JSON.stringify(failed)), failed);
  const { id, label, spec } = failed;
  assert.deepEqual({ id, label, spec }, { id: run.id, label: run.label, spec: run.spec });
  assert.deepEqual([failed.method, failed.seed, failed.diverged, failed.failed], ['naive', 7, false, 'worker terminated']);
  assert.deepEqual(failed.matrix, Array(5).fill(Array(5).fill(null)));
  assert.deepEqual([isFailed(failed), isFailed(result())], [true, false]);
  const done = { ...result({}, planned()), matrix: Array<number[]>(5).fill(Array<number>(5).fill(0.5)) };
  assert.match(JSON.stringify(metricBarsFigure([done, failed])), /\(1 of 2(<br>| )seeds\)/);
});

test('what training says when it diverges is known as that, also out of another process', async () => {
  const [outcome] = await inProcess().run([planned({ optimizer: { lr: 1e9 } })]);
  assert.ok(outcome.status === 'failed');
  const failed = failedRun(planned(), outcome.reason);
  assert.ok(failed.diverged, outcome.reason);
  assert.match(failureInWords(failed), /^diverged: task 1 /);
  assert.equal(failureInWords(failedRun(planned(), 'no')), 'failed: no');
});
