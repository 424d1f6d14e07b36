import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareWithBaseline } from '../../src/metrics';
import { summaryRows } from '../../src/notebook';
import '../../src/methods';

const run = (method: string, seed: number, kept: number, more: object = {}) => ({
  method,
  seed,
  matrix: [
    [1, kept],
    [null, 0.8],
  ],
  ...more,
});
const failed = (method: string, seed: number) => ({
  method,
  seed,
  matrix: [
    [null, null],
    [null, null],
  ],
  failed: 'diverged',
});
const runs = [0.2, 0.3, 0.25].flatMap((kept, seed) => [
  run('naive', seed, kept),
  run('er', seed, 0.7 + seed / 50),
  run('ewc', seed, kept + 0.1 * seed),
]);

test('with a baseline each other row has its difference, seed by seed, with interval and p-value corrected by Holm', () => {
  const rows = summaryRows(runs, { baseline: 'naive' });
  const acc = (kept: number) => (kept + 0.8) / 2;
  const scores = {
    naive: { 0: acc(0.2), 1: acc(0.3), 2: acc(0.25) },
    er: { 0: acc(0.7), 1: acc(0.72), 2: acc(0.74) },
    ewc: { 0: acc(0.2), 1: acc(0.4), 2: acc(0.45) },
  };
  const [er, ewc] = compareWithBaseline(scores, 'naive');
  const round = (value: unknown) => (typeof value === 'number' ? value.toFixed(9) : value);
  assert.deepEqual(
    rows.map((row) => [row.method, round(row['Δ ACC']), round(row['Δ ±']), round(row.p)]),
    [
      ['Naive', null, null, null],
      ...[er, ewc].map(({ difference: { mean, high }, pHolm }, i) => [
        ['ER', 'EWC'][i],
        round(mean),
        round(high! - mean),
        round(pHolm),
      ]),
    ],
  );
  assert.deepEqual(summaryRows(runs, { baseline: 'Naive' }), rows);
  assert.ok(summaryRows(runs).every((row) => !('p' in row)));
  assert.ok(rows.every((row) => !('Δ seeds' in row)));
});

test('failed seeds are left out of the difference, and counted', () => {
  const some = runs.map((one) => (one.method === 'er' && one.seed === 1 ? failed('er', 1) : one));
  const rows = summaryRows([...some, failed('gem', 0)], { baseline: 'naive' });
  assert.deepEqual(
    rows.map((row) => [row.method, row['Δ seeds']]),
    [
      ['Naive', null],
      ['ER', '2 of 3'],
      ['EWC', '3 of 3'],
      ['GEM', null],
    ],
  );
  assert.equal(rows[3]['Δ ACC'], null);
  assert.ok(Math.abs((rows[1]['Δ ACC'] as number) - (0.25 + 0.245) / 2) < 1e-12);
});

test('a baseline that is no row, or several, is refused with the rows there are', () => {
  assert.throws(
    () => summaryRows(runs, { baseline: 'gem' }),
    /no row with a result can be the baseline 'gem'; name one of Naive; ER; EWC/,
  );
  const sweep = [1, 10].map((value) => run('ewc', 1, 0.5, { value }));
  assert.throws(() => summaryRows(sweep, { baseline: 'ewc' }), /2 rows .*; name one of EWC, value 1; EWC, value 10/);
  assert.equal(summaryRows(sweep, { baseline: 'EWC, value 1' })[1]['Δ ACC'], 0);
  assert.throws(() => summaryRows([failed('er', 1)], { baseline: 'er' }), /no row with a result can be the baseline/);
  assert.throws(() => summaryRows(runs, { base: 'naive' } as never), /unknown option 'base'/);
});
