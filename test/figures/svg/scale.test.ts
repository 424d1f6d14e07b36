import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeScale, type Extent } from '../../../src/figures/svg/scale';

const extent = (values: unknown[], more: Partial<Extent> = {}): Extent => ({ values, reach: 0, zero: false, ...more });

test('a range maps to the pixels between its ends, also from top to bottom', () => {
  const scale = makeScale({ range: [0, 10] }, extent([]), 100, 200);
  assert.deepEqual([0, 5, 10].map(scale.at), [100, 150, 200]);
  assert.equal(scale.unit, 10);
  assert.equal(makeScale({ range: [0, 10] }, extent([]), 200, 100).at(10), 100);
});

test('without a range the values fit with some air, and bars have 0 on the axis', () => {
  const scale = makeScale({}, extent([2, 4]), 0, 100);
  assert.ok(scale.at(2) > 0 && scale.at(4) < 100);
  assert.equal(makeScale({}, extent([2, 4], { zero: true }), 0, 100).at(0), 0);
  assert.ok(
    makeScale({ autorange: 'reversed' }, extent([2, 4]), 0, 100).at(2) >
      makeScale({ autorange: 'reversed' }, extent([2, 4]), 0, 100).at(4),
  );
});

test('marks are 1, 2 or 5 steps apart, or those that the axis names', () => {
  assert.deepEqual(
    makeScale({ range: [0, 10] }, extent([]), 0, 100).ticks.map(({ label }) => label),
    ['0', '2', '4', '6', '8', '10'],
  );
  assert.deepEqual(makeScale({ range: [0, 2], tickvals: [0, 1, 9], ticktext: ['a', 'b', 'c'] }, extent([]), 0, 100).ticks, [
    { position: 0, label: 'a' },
    { position: 50, label: 'b' },
  ]);
  assert.deepEqual(makeScale({ showticklabels: false }, extent([1]), 0, 100).ticks, []);
});

test('a log axis has powers of ten', () => {
  const scale = makeScale({ type: 'log' }, extent([1, 100]), 0, 100);
  assert.equal(scale.at(10), 50);
  assert.deepEqual(
    scale.ticks.map(({ label }) => label),
    ['1', '10', '100'],
  );
});

test('names are places in order of appearance; what is missing has no place', () => {
  const scale = makeScale({}, extent(['a', 'b', 'a']), 0, 100);
  assert.deepEqual(['a', 'b'].map(scale.at), [25, 75]);
  assert.ok(Number.isNaN(makeScale({ range: [0, 1] }, extent([]), 0, 1).at(null)));
});
