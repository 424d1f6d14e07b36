import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runRows, summaryRows } from '../../src/notebook';

const run = (method: string, seed: number, last: number, label?: string) => ({
  method,
  seed,
  ...(label && { label }),
  matrix: [
    [1, last],
    [null, 0.8],
  ],
  seconds: 1.26,
});

test('summaryRows has one row a method and label, averaged over seeds, with half the 95 % interval', () => {
  const rows = summaryRows([
    run('naive', 1, 0.2),
    run('naive', 2, 0.4),
    run('ewc', 1, 0.6, 'stiff'),
    run('ewc', 2, 0.6, 'stiff'),
  ]);
  assert.deepEqual(
    rows.map(({ method }) => method),
    ['Naive', 'stiff'],
  );
  const [naive, stiff] = rows as Record<string, number>[];
  assert.ok(Math.abs(naive.ACC - 0.55) < 1e-12 && Math.abs(naive.BWT + 0.7) < 1e-12 && Math.abs(naive.FM - 0.7) < 1e-12);
  assert.ok(Math.abs(naive['ACC ±'] - 12.706 * 0.05) < 1e-3); // t(1) · std / √2, std of 0.5 and 0.6
  assert.equal(stiff['ACC ±'], 0);
  assert.equal(naive.seconds, 1.3);
});

test('summaryRows of one seed has no interval, and null where a metric was not measured', () => {
  assert.deepEqual(
    summaryRows([
      {
        method: 'er',
        seed: 1,
        matrix: [
          [1, null],
          [null, 1],
        ],
      },
    ]),
    [{ method: 'ER', ACC: null, BWT: null, FM: null }],
  );
});

test('runRows has one row a run, rounded to four decimals', () => {
  assert.deepEqual(runRows([run('gem', 7, 1 / 3)]), [
    { method: 'GEM', seed: 7, ACC: 0.5667, BWT: -0.6667, FM: 0.6667, seconds: 1.3 },
  ]);
});

test('three values of a hyperparameter are three rows, not three seeds, and the value is a column', () => {
  const runs = [1, 10, 100].map((value) => ({ ...run('ewc', 42, 0.2), value }));
  const summary = summaryRows(runs);
  assert.deepEqual(
    summary.map(({ method, value }) => [method, value]),
    [
      ['EWC', 1],
      ['EWC', 10],
      ['EWC', 100],
    ],
  );
  assert.ok(!('ACC ±' in summary[0]), 'one seed has no interval');
  assert.deepEqual(
    runRows(runs).map(({ value }) => value),
    [1, 10, 100],
  );
});

test('a comparison without values has no column of values', () => {
  const runs = [{ ...run('ewc', 1, 0.2), value: 0 }];
  assert.ok(!('value' in summaryRows(runs)[0]) && !('value' in runRows(runs)[0]));
});

test('the same run twice is refused, runs of different streams are too', () => {
  assert.throws(() => summaryRows([run('er', 1, 0.2), run('er', 1, 0.2)]), /summaryRows: 'ER', seed 1, is there twice/);
  assert.throws(() => runRows([run('er', 1, 0.2), run('er', 1, 0.2)]), /runRows: 'ER', seed 1, is there twice/);
  assert.throws(() => summaryRows([]), /runs is empty/);
  assert.deepEqual(runRows([]), []);
});

test('failed runs are told and enter no mean', () => {
  const nothing = [
    [null, null],
    [null, null],
  ];
  const failed = { method: 'ewc', seed: 3, matrix: nothing, failed: 'the loss exploded' };
  const runs = [run('ewc', 1, 0.2), run('ewc', 2, 0.4), failed, run('er', 1, 0.6)];
  const [ewc, er] = summaryRows(runs);
  assert.deepEqual([ewc.seeds, ewc.failed, er.seeds, er.failed], ['2 of 3', 'seed 3: the loss exploded', '1 of 1', null]);
  assert.ok(Math.abs((ewc.ACC as number) - 0.55) < 1e-12);
  assert.equal(ewc.seconds, 1.3);
  assert.deepEqual(
    runRows(runs).map((row) => [row.seed, row.ACC, row.failed]),
    [
      [1, 0.5, null],
      [2, 0.6, null],
      [3, null, 'the loss exploded'],
      [1, 0.7, null],
    ],
  );
  const [only] = summaryRows([failed]);
  assert.deepEqual([only.method, only.seeds, only.ACC], ['EWC', '0 of 1', null]);
});
