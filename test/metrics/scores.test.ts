import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commonBlocks, sameUnit } from '../../src/metrics/scores';

test('common blocks are those that all methods have themselves, not by inheritance', () => {
  assert.deepEqual(commonBlocks('x', { a: { 1: 0, 2: 0 }, b: { 2: 0, 3: 0 } }), { blocks: ['2'], leftOut: ['1', '3'] });
  assert.throws(() => commonBlocks('x', { a: { toString: 1 }, b: { 1: 0 } }), /x: there is no seed \(block\) that all/);
});

test('numbers that differ by rounding only count as equal', () => {
  assert.equal(sameUnit(0.95 - 0.93), sameUnit(0.92 - 0.9));
  assert.notEqual(sameUnit(0.02), sameUnit(0.0201));
});
