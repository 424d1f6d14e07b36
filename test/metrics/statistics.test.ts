import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { aggregate, confidenceInterval, mean, sampleStd } from '../../src/metrics/statistics';
import { near } from './matrices';

test('mean, sample standard deviation and interval of three seeds, by hand', () => {
  const values = [0.8, 0.9, 1];
  const { mean: centre, std, low, high, n } = aggregate(values);
  assert.ok(near(centre, 0.9) && near(std, 0.1));
  assert.equal(n, 3);
  assert.ok(Math.abs(high! - (0.9 + (4.302653 * 0.1) / Math.sqrt(3))) < 1e-6);
  assert.ok(near(centre - low!, high! - centre));
});

test('a single value has a mean and no interval', () => {
  assert.deepEqual(aggregate([0.7]), { mean: 0.7, std: null, low: null, high: null, n: 1 });
  assert.equal(confidenceInterval([0.7]), null);
  assert.equal(sampleStd([0.7]), null);
});

test('no values, missing values and levels outside [0, 1) are refused', () => {
  assert.throws(() => mean([]), /no values/);
  assert.throws(() => aggregate([0.5, Number.NaN]), /aggregate: value 1 is NaN/);
  assert.throws(() => confidenceInterval([1, 2], 1), /level must be a number between/);
});

test('property: the interval holds the mean, grows with the level, and moves along with the values', () => {
  const values = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 2, maxLength: 12 });
  fc.assert(
    fc.property(values, fc.integer({ min: -50, max: 50 }), (given, shift) => {
      const [low, high] = confidenceInterval(given)!;
      const [wideLow, wideHigh] = confidenceInterval(given, 0.99)!;
      const [movedLow] = confidenceInterval(given.map((value) => value + shift))!;
      const centre = mean(given);
      const slack = 1e-6;
      return low <= centre && centre <= high && wideLow <= low && wideHigh >= high && Math.abs(movedLow - low - shift) < slack;
    }),
  );
});

test('text, holes and infinite numbers are no values: they are not put together, passed over or counted as 0', () => {
  const sparse = [1, 2, 3];
  delete sparse[1];
  const wrong: [unknown, RegExp][] = [
    [['1', '2'], /value 0 is '1'; pass finite numbers/],
    [[1, null], /value 1 is null/],
    [sparse, /value 1 is undefined/],
    [[1, Infinity], /value 1 is Infinity/],
    [[true], /value 0 is true/],
    ['12', /the values are '12'; pass an array of numbers/],
    [undefined, /the values are undefined/],
  ];
  for (const [values, message] of wrong) {
    for (const compute of [mean, sampleStd, confidenceInterval, aggregate])
      assert.throws(() => compute(values as number[]), message);
  }
});

test('a level that is no number is refused, also where a single value has no interval', () => {
  assert.throws(() => confidenceInterval([1], '0.95' as never), /level must be a number between 0 and 0\.999999, got '0\.95'/);
});

test('typed arrays are values too', () => {
  assert.equal(mean(Float64Array.of(1, 2) as never), 1.5);
});
