import assert from 'node:assert/strict';
import { test } from 'node:test';
import { averageRanks, friedmanTest, nemenyiDifference, rankMethods } from '../../src/metrics/ranks';
import { closeTo, SCIPY } from './scipy';

test("Friedman's test is that of SciPy, with ties too", () => {
  for (const { table, statistic, p } of SCIPY.friedman) {
    const own = friedmanTest(table);
    closeTo(own.statistic, statistic, 1e-10, 'χ²');
    closeTo(own.p, p, 1e-12, 'p');
  }
});

test('Friedman by hand: three blocks that agree on three methods have χ² 6, p = e⁻³; all ties differ in nothing', () => {
  const { statistic, p } = friedmanTest([
    [1, 2, 3],
    [10, 20, 30],
    [0.1, 0.2, 0.3],
  ]);
  closeTo(statistic, 6, 1e-12);
  closeTo(p, Math.exp(-3), 1e-12);
  assert.deepEqual(friedmanTest([[1, 1], [2, 2]]), { statistic: 0, p: 1 }); // prettier-ignore
  assert.throws(() => friedmanTest([[1, 2]]), /1 rows of 2 columns/);
  assert.throws(() => friedmanTest([[1, 2], [1]]), /all rows alike/);
});

test("critical differences: q is that of SciPy for 2 to 30 methods, and Demšar's table 5 for up to 10", () => {
  for (const { methods, q } of SCIPY.nemenyi) {
    closeTo(nemenyiDifference(methods, 10), q * Math.sqrt((methods * (methods + 1)) / 60), 1e-3, `${methods} methods`);
  }
  const printed = [1.96, 2.343, 2.569, 2.728, 2.85, 2.949, 3.031, 3.102, 3.164];
  printed.forEach((q, i) => closeTo(nemenyiDifference(i + 2, 6) / Math.sqrt(((i + 2) * (i + 3)) / 36), q, 1.1e-3));
  // Demšar's example in section 3.2.4: 4 classifiers on 14 data sets, 2.569 √(4·5 / (6·14)) = 1.25
  assert.equal(nemenyiDifference(4, 14).toFixed(2), '1.25');
  assert.throws(() => nemenyiDifference(31, 5), /number of methods must be a whole number between 2 and 30, got 31/);
  assert.throws(() => nemenyiDifference(3, 1), /number of blocks \(seeds or streams\)/);
});

test('equal numbers share their mean rank, rounding errors included', () => {
  assert.deepEqual(averageRanks([3, 1, 3]), [2.5, 1, 2.5]);
  assert.deepEqual(averageRanks([0.1 + 0.2, 0.3, 0.2]), [2.5, 2.5, 1]);
  assert.throws(() => averageRanks([1, Number.NaN]), /value 1 must be a number, got NaN/);
});

const blocks = (...values: number[]) => Object.fromEntries(values.map((value, seed) => [`seed ${seed}`, value]));

test('methods are ranked best first, and groups hold those that are not told apart', () => {
  const n = 12;
  const same = (value: number) => blocks(...Array<number>(n).fill(value));
  const ranking = rankMethods({ worst: same(0.1), good: same(0.8), best: same(0.9), poor: same(0.2) });
  assert.deepEqual(
    ranking.methods.map(({ name, rank }) => [name, rank]),
    [['best', 1], ['good', 2], ['poor', 3], ['worst', 4]], // prettier-ignore
  );
  closeTo(ranking.criticalDifference, 2.569 * Math.sqrt(20 / 72), 1e-9); // 1.354: neighbours only
  assert.deepEqual(ranking.groups, [
    ['best', 'good'],
    ['good', 'poor'],
    ['poor', 'worst'],
  ]);
  assert.ok(ranking.p < 1e-6);
  assert.equal(ranking.blocks.length, n);
});

test('a group within another is not told again; one that stands alone is in none', () => {
  const many = (value: number) => blocks(...Array<number>(40).fill(value));
  const alternate = (a: number, b: number) => blocks(...Array.from({ length: 40 }, (_, i) => (i % 2 ? a : b)));
  const { groups, methods } = rankMethods({ a: alternate(0.9, 0.8), b: alternate(0.8, 0.9), last: many(0.1) });
  assert.deepEqual(methods.map(({ rank }) => rank), [1.5, 1.5, 3]); // prettier-ignore
  assert.deepEqual(groups, [['a', 'b']]);
  const turns = (shift: number) => blocks(...Array.from({ length: 9 }, (_, i) => (i + shift) % 3));
  assert.deepEqual(rankMethods({ x: turns(0), y: turns(1), z: turns(2) }).groups, [['x', 'y', 'z']]);
});

test('where lower is better the order turns; blocks that not all have are left out and named', () => {
  const scores = { a: blocks(1, 2, 3), b: { ...blocks(2, 3), other: 9 } };
  const { methods, leftOut, blocks: ranked } = rankMethods(scores, { higherIsBetter: false });
  assert.deepEqual([methods[0].name, rankMethods(scores).methods[0].name], ['a', 'b']);
  assert.deepEqual([leftOut.sort(), ranked], [['other', 'seed 2'], ['seed 0', 'seed 1']]); // prettier-ignore
  assert.throws(() => rankMethods({ a: blocks(1), b: blocks(2) }), /number of blocks \(seeds or streams\) must be .* got 1/);
  assert.throws(() => rankMethods(scores, { lowerIsBetter: true } as never), /unknown option 'lowerIsBetter'/);
});
