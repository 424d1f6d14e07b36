import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkMatrix, copyMatrix, emptyMatrix, taskLabel } from '../../src/metrics/accuracyMatrix';

test('an empty matrix is square, all cells are null, and no two rows are the same array', () => {
  const matrix = emptyMatrix(3);
  assert.deepEqual(emptyMatrix(3), [
    [null, null, null],
    [null, null, null],
    [null, null, null],
  ]);
  matrix[0][1] = 0.5;
  assert.equal(matrix[1][1], null);
});

test('a copy does not change with the original', () => {
  const matrix = [[0.5]];
  const copy = copyMatrix(matrix);
  matrix[0][0] = 1;
  assert.equal(copy[0][0], 0.5);
});

test('checkMatrix names the row or cell that is wrong', () => {
  assert.throws(() => checkMatrix([]), /no tasks/);
  assert.throws(() => checkMatrix([[1, 1], [1]]), /row 1 has 1 cells in a matrix of 2 tasks/);
  assert.throws(
    () =>
      checkMatrix([
        [1, 1.01],
        [1, 1],
      ]),
    /task 0 after task 1 is 1\.01/,
  );
  assert.throws(() => checkMatrix([[Number.NaN]]), /is NaN/);
  assert.throws(() => checkMatrix([[undefined as unknown as null]]), /is undefined/);
  assert.doesNotThrow(() =>
    checkMatrix([
      [0, null],
      [null, 1],
    ]),
  );
});

test('task labels count from 1 unless names are given', () => {
  assert.equal(taskLabel(0), 'task 1');
  assert.equal(taskLabel(1, ['0 or 1', '2 or 3']), '2 or 3');
});
