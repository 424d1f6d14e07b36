import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { initBackend } from '../../../src/backend';
import { pool, pooledShape } from '../../../src/models/layers/pooling';
import { run } from '../../backend/kernelRun';

before(async () => {
  await initBackend();
});

test('pooling takes the largest or the mean of each window, or leaves the images as they are', () => {
  const numbers = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, -1, -2, -3); // [1, 4, 3, 1]
  const [largest, mean, none, three] = run((k) => {
    const x = k.tensor(numbers, [1, 4, 3, 1]);
    return [pool(k, x, 'max'), pool(k, x, 'mean'), k.scale(pool(k, x, 'none'), 1), pool(k, x, 'max', 3)];
  });
  assert.deepEqual(
    [largest.shape, largest.data],
    [
      [1, 2, 1, 1],
      [5, 8],
    ],
  );
  assert.deepEqual(
    [mean.shape, mean.data],
    [
      [1, 2, 1, 1],
      [3, 3],
    ],
  );
  assert.deepEqual([none.shape, none.data], [[1, 4, 3, 1], [...numbers]]);
  assert.deepEqual([three.shape, three.data], [[1, 1, 1, 1], [9]]);
});

test('the pooled shape is known before, and images too small for a window are refused', () => {
  assert.deepEqual(pooledShape('m', [7, 6, 16], 'max'), [3, 3, 16]);
  assert.deepEqual(pooledShape('m', [7, 6, 16], 'mean', 3), [2, 2, 16]);
  assert.deepEqual(pooledShape('m', [1, 1, 16], 'none'), [1, 1, 16]);
  assert.throws(() => pooledShape('m', [1, 6, 16], 'max'), /m: images of 1×6 are too small to be pooled by 2; use pool: 'none'/);
  assert.throws(() => pooledShape('m', [6, 6, 1], 'median' as never), /m: unknown pool 'median'; use max, mean or none/);
  assert.throws(() => pooledShape('m', [6, 6, 1], 'max', 0), /pool size must be a whole number/);
});
