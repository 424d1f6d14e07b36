import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accuracyOf, confusionMatrix, recencyBias } from '../../src/metrics/confusion';
import { near } from './matrices';

test('rows are right classes, columns answers, by hand', () => {
  const matrix = confusionMatrix([0, 0, 1, 2, 2], Int32Array.of(0, 2, 2, 2, 1));
  assert.deepEqual(matrix, [
    [1, 0, 1],
    [0, 0, 1],
    [0, 1, 1],
  ]);
  assert.equal(accuracyOf(matrix), 2 / 5);
  assert.equal(confusionMatrix([0], [0], 3).length, 3);
});

test('recency bias is the share of answers of the last task less the share of its samples, by hand', () => {
  const matrix = confusionMatrix([0, 0, 1, 2, 2], [0, 2, 2, 2, 1]);
  assert.ok(near(recencyBias(matrix, [2]), 3 / 5 - 2 / 5));
  const all = confusionMatrix([0, 1, 2, 3], [2, 3, 2, 3]); // naive training: only the last classes are ever answered
  assert.equal(recencyBias(all, [2, 3]), 0.5);
  assert.equal(recencyBias(confusionMatrix([0, 1, 2, 3], [0, 1, 2, 3]), [2, 3]), 0);
});

test('what cannot be meant is refused in words', () => {
  assert.throws(() => confusionMatrix([0, 1], [0]), /2 labels and 1 answers/);
  assert.throws(() => confusionMatrix([], []), /0 labels/);
  assert.throws(() => confusionMatrix([0, 1.5], [0, 1]), /1.5 is no class/);
  assert.throws(() => confusionMatrix([0, 2], [0, 1], 2), /nClasses/);
  assert.throws(() => recencyBias([[1]], [1]), /there is no class 1/);
  assert.throws(() => recencyBias([[1]], []), /lastClasses is/);
  assert.throws(() => accuracyOf([[0]]), /there is no sample/);
  assert.throws(() => accuracyOf([[1, 2]]), /square matrix/);
});
