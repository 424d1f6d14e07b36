import assert from 'node:assert/strict';
import { test } from 'node:test';
import { intransigenceAgainst } from '../../src/metrics/formulas';
import { learningAccuracy, learntAccuracies, perTaskIntransigence, plasticityAgainst } from '../../src/metrics/learning';
import { near } from './matrices';

const R = [
  [0.9, 0.8, 0.6],
  [0.5, 0.95, 0.7],
  [0.4, 0.3, 0.85],
];
const GAP = R.map((row, i) => row.map((cell, j) => (i === 1 && j === 1 ? null : cell)));
const close = (actual: number | null, expected: number) => assert.ok(near(actual, expected), `${actual} is not ${expected}`);

test('learning accuracy is the mean of the diagonal, by hand; null where a cell is missing', () => {
  close(learningAccuracy(R), (0.9 + 0.95 + 0.85) / 3);
  assert.equal(learningAccuracy(GAP), null);
});

test('intransigence of each task is the joint accuracy less its own, by hand; its last entry is intransigenceAgainst', () => {
  const joint = [0.9, 0.97, 0.8];
  const each = perTaskIntransigence(R, joint);
  [0, 0.02, -0.05].forEach((value, k) => close(each[k], value));
  assert.equal(each[2], intransigenceAgainst(R, joint));
  assert.deepEqual(perTaskIntransigence(GAP, joint)[1], null);
});

test('plasticity against scratch leaves the first task out and is negative where the past hinders, by hand', () => {
  close(plasticityAgainst(R, [0, 0.99, 0.95]), (-0.04 - 0.1) / 2);
  assert.equal(plasticityAgainst([[0.9]], [0.9]), null);
  assert.equal(plasticityAgainst(GAP, [1, 1, 1]), null);
});

test('the accuracies that others are compared with are the diagonal; a missing one is refused in words', () => {
  assert.deepEqual(learntAccuracies(R), [0.9, 0.95, 0.85]);
  assert.throws(() => learntAccuracies(GAP), /accuracy on task 1 right after its training is null/);
  assert.throws(() => plasticityAgainst(R, [1, 1]), /scratchAccuracies has 2 entries for 3 tasks/);
  assert.throws(() => perTaskIntransigence(R, [1, 1, 98]), /jointAccuracies\[2\] is 98/);
});
