import assert from 'node:assert/strict';
import { test } from 'node:test';
import { showTable } from '../../src/notebook';
import { printed } from './printed';

const rows = [
  { method: 'EWC', acc: 0.75, runs: 3 },
  { method: '<b>GEM</b>', acc: 0.9, runs: 3, note: null },
  { method: 'none', acc: null },
  { method: 'Naive', acc: 0.123456 },
];

test('rows are sorted by a column, missing values last, columns come from all rows', async () => {
  const text = await printed(() => showTable(rows, { sortBy: 'acc', title: 'Results' }));
  const lines = text.split('\n').map((line) => line.replace(/\s+/g, ' ').trim());
  assert.deepEqual(lines.slice(0, 2), ['Results', 'method acc runs note']);
  assert.deepEqual(lines.slice(3, 7), ['<b>GEM</b> 0.9000 3 –', 'EWC 0.7500 3 –', 'Naive 0.1235 – –', 'none – – –']);
  const rising = await printed(() => showTable(rows, { sortBy: 'acc', descending: false }));
  assert.ok(rising.indexOf('Naive') < rising.indexOf('GEM') && rising.indexOf('GEM') < rising.indexOf('none'));
});

test('no rows, an unknown column and an unknown option are refused with the reason', () => {
  assert.throws(() => showTable([]), /showTable: there are no rows/);
  assert.throws(() => showTable(rows, { sortBy: 'ACC' }), /there is no column 'ACC'; columns: method, acc, runs, note/);
  assert.throws(() => showTable(rows, { sort: 'acc' } as never), /unknown option 'sort'/);
});

test('the numbers of a column have the same decimals: as many as they need, at most `digits`', async () => {
  const text = await printed(() =>
    showTable(
      [
        { acc: 1, seconds: 7.1, runs: 3 },
        { acc: 0.123456, seconds: 2, runs: 10 },
      ],
      { digits: 3 },
    ),
  );
  const cells = text
    .split('\n')
    .slice(2, 4)
    .map((line) => line.trim().split(/\s+/));
  assert.deepEqual(cells, [
    ['1.000', '7.1', '3'],
    ['0.123', '2.0', '10'],
  ]);
});

test('a number too small for the decimals says so, what is 0 but for rounding reads 0', async () => {
  const text = await printed(() =>
    showTable(
      [0.00004, 0.5, -0.00004, 0, 1e-17].map((p) => ({ p })),
      { digits: 4 },
    ),
  );
  const cells = text.split('\n').slice(2, 7);
  assert.deepEqual(
    cells.map((cell) => cell.trim()),
    ['< 0.0001', '0.5', '> -0.0001', '0.0', '0.0'],
  );
});

test('options and rows that cannot be meant are refused', () => {
  assert.throws(() => showTable(rows, { descending: 'false' } as never), /descending must be true or false, got 'false'/);
  assert.throws(() => showTable(rows, { digits: '3' } as never), /digits must be a whole number between 0 and 20, got '3'/);
  assert.throws(() => showTable(rows, { title: 5 } as never), /title must be text, got 5/);
  assert.throws(() => showTable(rows, { sortBy: '' }), /there is no column ''/);
  assert.throws(() => showTable([null] as never), /rows\[0\] is null/);
  assert.throws(() => showTable(['a'] as never), /rows\[0\] is 'a'/);
});

test('any value has a text of one line: objects, lists, big numbers, circles', async () => {
  const circle: Record<string, unknown> = { a: 1 };
  circle.self = circle;
  const text = await printed(() => showTable([{ object: { a: 1 }, list: [1, '2'], big: 10n, circle, lines: 'a\nb', nan: NaN }]));
  assert.equal(text.trimEnd().split('\n').length, 3);
  assert.match(text, /\{ a: 1 \}.*\[1, '2'\].*10 .*Circular.*a b.*–/);
});
