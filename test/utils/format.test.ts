import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatNumber,
  formatP,
  shortNames,
  shortened,
  textTable,
} from '../../src/utils/format';

test('a number has the asked decimals, a missing one is a dash, and nothing is ever −0', () => {
  assert.equal(formatNumber(0.98761), '0.9876');
  assert.equal(formatNumber(-0.00001), '0.0000');
  assert.equal(formatNumber(-0.5, 1), '-0.5');
  assert.equal(formatNumber(null), '–');
  assert.equal(formatNumber(undefined), '–');
});

test('durations read naturally at every size and carry over at 60', () => {
  const cases: [number, string][] = [
    [0, '0.0 s'],
    [0.44, '0.4 s'],
    [9.96, '10 s'],
    [59.4, '59 s'],
    [59.7, '1 min 00 s'],
    [185, '3 min 05 s'],
    [3599.6, '1 h 00 min'],
    [3720, '1 h 02 min'],
    [3779.9, '1 h 03 min'],
  ];
  for (const [seconds, text] of cases) assert.equal(formatDuration(seconds), text);
});

test('a duration that is not known yet is a dash', () => {
  assert.equal(formatDuration(Infinity), '–');
  assert.equal(formatDuration(NaN), '–');
});

test('bytes take the largest unit that keeps the number at 1 or more, also where rounding carries over', () => {
  const cases: [number, string][] = [
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [3_100_000, '3.1 MB'],
    [999_999, '1.0 MB'],
    [2e12, '2000.0 GB'],
  ];
  for (const [bytes, text] of cases) assert.equal(formatBytes(bytes), text);
});

test('a text table aligns numbers to the right and text to the left', () => {
  assert.equal(
    textTable([
      ['name', 'acc'],
      ['naive', '0.5'],
      ['er', '10.25'],
    ]),
    'name     acc\n────────────\nnaive    0.5\ner     10.25',
  );
});

test('counts have three digits whatever their size, so that 1.00 M stands beside 1.47 M', () => {
  const cases: [number, string][] = [
    [0, '0'],
    [999, '999'],
    [1000, '1.00 k'],
    [269_322, '269 k'],
    [99_960, '100 k'],
    [999_499, '999 k'],
    [999_500, '1.00 M'],
    [1_000_000, '1.00 M'],
    [1_470_000, '1.47 M'],
    [12_345_678, '12.3 M'],
    [5e9, '5.00 G'],
  ];
  for (const [count, text] of cases) assert.equal(formatCount(count), text);
});

test('shortened text keeps beginning and end, and never splits a character', () => {
  assert.equal(shortened('short', 5), 'short');
  assert.equal(shortened('kind number 19', 9), 'kind…r 19');
  assert.equal(shortened('😀😀😀😀', 3), '😀…😀');
});

test('short names stay different where their names are', () => {
  const cut = (name: string) => shortened(name, 9);
  assert.deepEqual(shortNames(['a', 'b'], cut), ['a', 'b']);
  const [first, second] = shortNames(['customers in the north, x', 'customers in the south, x'], cut);
  assert.notEqual(first, second);
  assert.ok(first.length <= 9 && second.length <= 9);
});

test('a line break in a cell does not break the line of the table', () => {
  assert.equal(textTable([['a'], ['x\ny']]).split('\n').length, 3);
});

test('p-values have three decimals, and none is 0', () => {
  assert.deepEqual([0.0321, 1, 0.001, 0.00099, 0].map(formatP), ['0.032', '1.000', '0.001', '< 0.001', '< 0.001']);
});
