import assert from 'node:assert/strict';
import { test } from 'node:test';
import { convShape, poolShape, windowsAlong } from '../../src/backend/windows';

test('valid windows lie inside, same windows are ⌈size / stride⌉ with the odd zero at the end', () => {
  assert.deepEqual(windowsAlong(28, 5, { stride: 1, padding: 'valid' }), { count: 24, before: 0, after: 0 });
  assert.deepEqual(windowsAlong(28, 3, { stride: 2, padding: 'valid' }), { count: 13, before: 0, after: 0 });
  assert.deepEqual(windowsAlong(28, 3, { stride: 1, padding: 'same' }), { count: 28, before: 1, after: 1 });
  assert.deepEqual(windowsAlong(28, 3, { stride: 2, padding: 'same' }), { count: 14, before: 0, after: 1 });
  assert.deepEqual(windowsAlong(7, 1, { stride: 2, padding: 'same' }), { count: 4, before: 0, after: 0 });
});

test('shapes of a convolution’s and of a pool’s output', () => {
  assert.deepEqual(convShape([8, 28, 20, 3], [3, 5, 3, 16], { stride: 2, padding: 'same' }), [8, 14, 10, 16]);
  assert.deepEqual(convShape([8, 28, 20, 3], [3, 5, 3, 16], { stride: 1, padding: 'valid' }), [8, 26, 16, 16]);
  assert.deepEqual(poolShape([8, 7, 6, 16], 2), [8, 3, 3, 16]);
});
