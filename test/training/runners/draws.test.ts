import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Draws } from '../../../src/training/runners/draws';

test('draws made ahead are used later, in their order, and none twice', () => {
  let last = 0;
  const draws = new Draws((batchSize) => ({ number: Int32Array.of(++last, batchSize) }));
  const numbers = (feeds: Record<string, Int32Array>) => Array.from(feeds.number);
  assert.deepEqual(numbers(draws.peek([8, 12])), [2, 12]);
  assert.deepEqual(numbers(draws.peek([8])), [1, 8]);
  assert.deepEqual(
    [8, 12, 12].map((size) => numbers(draws.next(size))),
    [
      [1, 8],
      [2, 12],
      [3, 12],
    ],
  );
});
