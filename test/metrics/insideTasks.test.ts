import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as inside from '../../src/metrics/insideTasks';
import type { AccuracyMoment } from '../../src/metrics/insideTasks';
import { near } from './matrices';

const moment = (task: number, step: number, ...accuracies: (number | null)[]): AccuracyMoment => ({ task, step, accuracies });

// Three tasks, measured before the first step and after 5 and 10 steps of each.
const MOMENTS = [
  moment(0, 0, 0.1, null, null),
  moment(0, 5, 0.7, null, null),
  moment(0, 10, 0.9, null, null),
  moment(1, 0, 0.9, 0.2, null),
  moment(1, 5, 0.3, 0.6, null),
  moment(1, 10, 0.6, 0.8, null),
  moment(2, 0, 0.6, 0.8, 0.1),
  moment(2, 5, 0.4, 0.2, 0.9),
  moment(2, 10, 0.5, 0.5, 1),
];
const close = (actual: number | null, expected: number) => assert.ok(near(actual, expected), `${actual} is not ${expected}`);

test('min-ACC is the mean over earlier tasks of the lowest accuracy since each was learnt, by hand', () => {
  close(inside.averageMinimumAccuracy(MOMENTS), (0.3 + 0.2) / 2); // 0.1 and 0.2 from before they were learnt do not count
  close(inside.averageMinimumAccuracy(MOMENTS.slice(0, 6)), 0.3);
  assert.equal(inside.averageMinimumAccuracy(MOMENTS.slice(0, 3)), null);
});

test('WC-ACC weighs the task being learnt with 1/k and min-ACC with the rest, by hand', () => {
  close(inside.worstCaseAccuracy(MOMENTS), 1 / 3 + (2 / 3) * 0.25);
  close(inside.worstCaseAccuracy(MOMENTS.slice(0, 6)), 0.8 / 2 + 0.3 / 2);
  close(inside.worstCaseAccuracy(MOMENTS.slice(0, 3)), 0.9);
});

test('any-time accuracy is the mean over moments of the mean over the tasks seen, by hand', () => {
  close(inside.anytimeAccuracy(MOMENTS.slice(0, 6)), (0.1 + 0.7 + 0.9 + 0.55 + 0.45 + 0.7) / 6);
});

test('windowed forgetting and plasticity are the largest fall and rise within a window, averaged over tasks, by hand', () => {
  // Task 1 falls .9 → .3 between neighbours, task 2 .8 → .2, task 3 never.
  close(inside.windowedForgetting(MOMENTS, 2), (0.6 + 0.6 + 0) / 3);
  // Rises between neighbours: .1 → .7; .2 → .6; .1 → .9. Within three moments: .1 → .9; .2 → .8; .1 → 1.
  close(inside.windowedPlasticity(MOMENTS, 2), (0.6 + 0.4 + 0.8) / 3);
  close(inside.windowedPlasticity(MOMENTS, 3), (0.8 + 0.6 + 0.9) / 3);
  close(inside.windowedPlasticity(MOMENTS), (0.8 + 0.6 + 0.9) / 3);
});

test('a slow fall counts in a wide window only', () => {
  const slow = [0.9, 0.8, 0.7, 0.6].map((accuracy, step) => moment(0, step, accuracy));
  close(inside.windowedForgetting(slow, 2), 0.1);
  close(inside.windowedForgetting(slow, 4), 0.3);
});

test('stability gaps: where the earlier tasks were before, at their lowest and at the end, by hand', () => {
  const [first, second] = inside.stabilityGaps(MOMENTS);
  assert.deepEqual(first, { task: 1, before: 0.9, lowest: 0.3, step: 5, after: 0.6 });
  assert.equal(second.task, 2);
  close(second.before, 0.7);
  close(second.lowest, 0.3);
  close(second.after, 0.5);
});

test('a missing accuracy makes a metric null; moments out of order and what is no share are refused in words', () => {
  const missing = [...MOMENTS.slice(0, 4), moment(1, 5, null, 0.6, null), MOMENTS[5]];
  for (const name of ['averageMinimumAccuracy', 'worstCaseAccuracy', 'anytimeAccuracy', 'windowedForgetting'] as const) {
    assert.equal(inside[name](missing), null, name);
  }
  assert.throws(() => inside.stabilityGaps(missing), /task 1, step 5: an accuracy on an earlier task is missing/);
  assert.throws(() => inside.stabilityGaps(MOMENTS.filter(({ step }) => step > 0)), /task 1 has no moment before its first step/);
  assert.throws(() => inside.anytimeAccuracy([]), /moments/);
  assert.throws(() => inside.anytimeAccuracy([MOMENTS[1], MOMENTS[0]]), /task 0, step 0, after task 0, step 5/);
  assert.throws(() => inside.anytimeAccuracy([moment(0, 0, 50)]), /accuracies\[0\] is 50/);
  assert.throws(() => inside.anytimeAccuracy([moment(0, 0, 0.5), moment(0, 1, 0.5, 0.5)]), /2 accuracies, the moment before 1/);
  assert.throws(() => inside.windowedForgetting(MOMENTS, 1), /window/);
});
