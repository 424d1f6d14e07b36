import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wholeNumbers } from '../../../src/benchmark/results/filterOptions';

test('whole numbers stand in the order given, after those of earlier arguments; anything else is refused', () => {
  assert.deepEqual(wholeNumbers('3, 1,-2', [7]), [7, 3, 1, -2]);
  for (const wrong of ['1.5', '1e3', 'x', '0x1', '1;2', '9007199254740993'])
    assert.throws(() => wholeNumbers(wrong), /whole numbers separated by commas or spaces/, wrong);
});
