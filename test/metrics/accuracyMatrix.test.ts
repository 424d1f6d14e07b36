import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkMatrix, checkTaskNames, copyMatrix, emptyMatrix, taskLabel } from '../../src/metrics/accuracyMatrix';

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

test('holes are not passed over, and text is not taken for a row or a number', () => {
  const cells = [0.5, 0.5];
  delete cells[1];
  assert.throws(() => checkMatrix([cells, [1, 1]]), /task 0 after task 1 is undefined/);
  const rows = [
    [1, 1],
    [1, 1],
  ];
  delete rows[0];
  assert.throws(() => checkMatrix(rows), /row 0 is undefined in a matrix of 2 tasks/);
  assert.throws(() => checkMatrix('12' as never), /the matrix is '12'/);
  assert.throws(() => checkMatrix(['1'] as never), /row 0 is '1'/);
  assert.throws(() => checkMatrix([['0.5']] as never), /is '0\.5'/);
});

test('task names are an array of texts: a text of as many letters as there are tasks is none', () => {
  assert.throws(() => checkTaskNames('ab' as never, 2, 'x'), /x: taskNames is 'ab'/);
  assert.throws(() => checkTaskNames([1, 2] as never, 2, 'x'), /x: taskNames\[0\] must be text, got 1/);
  assert.throws(() => checkTaskNames(null as never, 2, 'x'), /x: taskNames is null/);
  checkTaskNames(['a', 'b'], 2, 'x');
  checkTaskNames(undefined, 2, 'x');
});
