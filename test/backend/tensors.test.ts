import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { backend, dispose, initBackend, numbersOf, tensor } from '../../src/backend';

before(async () => {
  await initBackend();
});

test('numbers go to the device and come back as they were, and dispose frees them', () => {
  const count = backend().tensorCount();
  const matrix = tensor([1, 2.5, -3, 4], [2, 2]);
  const labels = tensor(Int32Array.of(7, -8));
  assert.deepEqual([matrix.shape, matrix.dtype, labels.shape, labels.dtype], [[2, 2], 'float32', [2], 'int32']);
  assert.deepEqual([...numbersOf(matrix)], [1, 2.5, -3, 4]);
  assert.deepEqual([...numbersOf(labels)], [7, -8]);
  dispose(matrix, labels);
  assert.equal(backend().tensorCount(), count);
});

test('what is read is a copy: changing it changes nothing', () => {
  const x = tensor([1, 2]);
  numbersOf(x)[0] = 9;
  assert.deepEqual([...numbersOf(x)], [1, 2]);
  dispose(x);
});

test('numbers that do not fill the shape are refused', () => {
  assert.throws(() => tensor([1, 2, 3], [2, 2]), /tensor: 3 numbers do not fill the shape \[2, 2\]/);
});
