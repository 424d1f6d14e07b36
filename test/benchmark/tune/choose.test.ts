import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseOptions } from '../../../src/benchmark';
import { failedRun } from '../../../src/experiments/failedRun';
import { ended, smallTuning } from './fixtures';

const tuning = smallTuning(); // lr 0.003, 0.01, 0.03, 0.1; seeds 101, 102
const DIVERGED = 'Naive: training has diverged';

test('the point with the highest mean accuracy is chosen, not the one with the best single run', () => {
  const { chosen, whyNot } = chooseOptions(
    tuning,
    ended(tuning, [
      [0.5, 0.5],
      [0.7, 0.6],
      [0.9, 0.3],
      [0.1, 0.1],
    ]),
  );
  assert.deepEqual([chosen!.options, whyNot], [{ lr: 0.01 }, undefined]);
  assert.ok(Math.abs(chosen!.score!.mean - 0.65) < 1e-12);
  assert.ok(Math.abs(chosen!.score!.high! - (0.65 + 12.7062 * 0.05)) < 1e-4); // t(0.975, 1) times std/√2
});

test('of equal points the first is chosen', () => {
  const accs = [0.4, 0.6, 0.6, 0.6].map((acc) => [acc, acc]);
  assert.deepEqual(chooseOptions(tuning, ended(tuning, accs)).chosen!.options, { lr: 0.01 });
});

test('a point at which a seed diverged cannot be chosen, however good the others', () => {
  const runs = ended(tuning, [
    [0.5, 0.5],
    [0.4, 0.4],
    [0.3, 0.3],
    [1, DIVERGED],
  ]);
  const { chosen, points } = chooseOptions(tuning, runs);
  assert.deepEqual([chosen!.options, points[3].score, points[3].failed.length], [{ lr: 0.003 }, null, 1]);
  const refused = 'EWC: the penalty would diverge: λ·F is up to 9';
  assert.deepEqual(chooseOptions(tuning, [...runs.slice(0, 7), failedRun(runs[7], refused)]).chosen!.options, { lr: 0.003 });
  const all = chooseOptions(tuning, ended(tuning, Array(4).fill([DIVERGED, DIVERGED])));
  assert.deepEqual([all.chosen, all.whyNot], [undefined, 'training diverged at every point']);
});

test('nothing is chosen while a run is missing or failed for another reason', () => {
  const runs = ended(tuning, Array(4).fill([0.5, 0.5]));
  assert.deepEqual(chooseOptions(tuning, runs.slice(1)).whyNot, '1 of 8 runs are not finished');
  const { chosen, whyNot } = chooseOptions(tuning, [failedRun(runs[0], 'no disk'), ...runs.slice(1)]);
  assert.deepEqual([chosen, whyNot], [undefined, 'Naive lr 0.003 (split-mnist, class-incremental), seed 101 failed: no disk']);
});

test('runs of something else change nothing', () => {
  const runs = ended(
    tuning,
    [0.1, 0.2, 0.3, 0.4].map((acc) => [acc, acc]),
  );
  const others = ended(smallTuning({ epochs: 1 }), Array(4).fill([1, 1]));
  assert.deepEqual(chooseOptions(tuning, [...others, ...runs]).chosen!.score, chooseOptions(tuning, runs).chosen!.score);
});
