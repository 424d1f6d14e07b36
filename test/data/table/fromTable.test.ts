import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { DataFrame } from 'danfojs-node';
import { datasetHash, type Dataset } from '../../../src/data/dataset';
import { datasetFromTable } from '../../../src/data/table/fromTable';
import type { TableDatasetOptions } from '../../../src/data/table/options';
import { temporaryFolder } from '../fixtures';

/** 40 clients in two quarters; every fourth pair leaves. */
const CLIENTS = Array.from({ length: 40 }, (_, i) => ({
  age: 20 + i,
  income: 1000 * i * i,
  member: i % 3 === 0,
  region: ['south', 'north'][i % 2],
  quarter: i < 20 ? 'Q3 2024' : 'Q1 2025',
  outcome: i % 4 < 2 ? 'stays' : 'leaves',
}));
const OPTIONS: TableDatasetOptions = { label: 'outcome', domain: 'quarter', categorical: ['region'], name: 'clients', seed: 1 };
const clients = (change: Partial<TableDatasetOptions> = {}) => datasetFromTable(CLIENTS, { ...OPTIONS, ...change });

/** Feature `j` of the training (or test) samples. */
const feature = ({ shape, ...sets }: Dataset, j: number, split: 'train' | 'test' = 'train') =>
  [...sets[split].inputs].filter((_, k) => k % shape[0] === j);

test('columns become features: numbers as they are, true and false as 1 and 0, each category one of 0 or 1', () => {
  const dataset = clients();
  assert.deepEqual(dataset.shape, [5]);
  assert.deepEqual(dataset.columns, [
    { name: 'age', kind: 'number' },
    { name: 'income', kind: 'number' },
    { name: 'member', kind: 'boolean' },
    { name: 'region', kind: 'category', categories: ['north', 'south'] },
  ]);
  const ages = [...feature(dataset, 0), ...feature(dataset, 0, 'test')].sort((a, b) => a - b);
  assert.deepEqual(
    ages,
    CLIENTS.map(({ age }) => age),
  );
  for (const split of ['train', 'test'] as const) {
    feature(dataset, 0, split).forEach((age, row) => {
      const client = CLIENTS[age - 20];
      const others = [1, 2, 3, 4].map((j) => feature(dataset, j, split)[row]);
      assert.deepEqual(others, [
        client.income,
        Number(client.member),
        Number(client.region === 'north'),
        Number(client.region === 'south'),
      ]);
      assert.equal(dataset.classNames[dataset[split].labels[row]], client.outcome);
      assert.equal(dataset.domains!.names[dataset.domains![split][row]], client.quarter);
    });
  }
});

test('mean and standard deviation are those of the training rows alone', () => {
  const dataset = clients({ testFraction: 0.5 });
  for (let j = 0; j < 5; j++) {
    const values = feature(dataset, j);
    const mean = values.reduce((a, b) => a + b) / values.length;
    const std = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    assert.ok(Math.abs(dataset.mean[j] - mean) < 1e-9 * Math.abs(mean) + 1e-12);
    assert.ok(Math.abs(dataset.std[j] - std) < 1e-9 * std);
  }
});

test('the random split takes the same share of each class in each domain, follows the seed, and ignores other domains', () => {
  const dataset = clients({ testFraction: 0.2 });
  const groups = new Map<string, number>();
  dataset.test.labels.forEach((label, i) => {
    const key = `${label} ${dataset.domains!.test[i]}`;
    groups.set(key, (groups.get(key) ?? 0) + 1);
  });
  assert.deepEqual([...groups.values()], [2, 2, 2, 2]);
  assert.equal(datasetHash(clients()), datasetHash(clients()));
  assert.notDeepEqual(feature(clients({ seed: 2 }), 0, 'test'), feature(clients(), 0, 'test'));
  const later = datasetFromTable(CLIENTS.slice(20), OPTIONS);
  const among = feature(clients(), 0, 'test').filter((age) => age >= 40);
  assert.deepEqual(feature(later, 0, 'test'), among);
});

test('rows as objects, as arrays, a danfojs frame and a CSV file give the same data set', (t) => {
  const columns = Object.keys(CLIENTS[0]);
  const rows = CLIENTS.map((client) => Object.values(client));
  const file = join(temporaryFolder(t), 'clients.csv');
  writeFileSync(file, `\ufeff${[columns, ...rows].map((row) => row.join(', ')).join('\r\n')}\r\n`);
  const { name: _name, ...unnamed } = OPTIONS;
  const forms = [
    clients(),
    datasetFromTable(rows, { ...OPTIONS, columns }),
    datasetFromTable(new DataFrame(rows, { columns }) as never, OPTIONS),
    datasetFromTable(file, unnamed),
  ];
  assert.deepEqual(forms.map(datasetHash), new Array(4).fill(datasetHash(forms[0])));
});

test('a split column decides, labels may be numbers or booleans, and domains of numbers are in ascending order', () => {
  const rows = Array.from({ length: 12 }, (_, i) => ({
    x: i,
    year: 2025 - (i % 3),
    part: i < 6 ? 'train' : 'test',
    y: i % 2 === 0,
    k: 10 - (i % 2),
  }));
  const dataset = datasetFromTable(rows, { label: 'y', features: ['x'], domain: 'year', split: 'part' });
  assert.deepEqual(
    [feature(dataset, 0), feature(dataset, 0, 'test')],
    [
      [0, 1, 2, 3, 4, 5],
      [6, 7, 8, 9, 10, 11],
    ],
  );
  assert.deepEqual(
    [dataset.classNames, dataset.domains!.names],
    [
      ['false', 'true'],
      ['2023', '2024', '2025'],
    ],
  );
  assert.deepEqual([...dataset.train.labels], [1, 0, 1, 0, 1, 0]);
  const numbers = datasetFromTable(rows, { label: 'k', features: ['x'], split: 'part' });
  assert.deepEqual([numbers.classNames, numbers.domains], [['9', '10'], undefined]);
  const own = datasetFromTable(rows, { label: 'k', features: ['x'], split: 'part', classNames: ['10', '9', '11'] });
  assert.deepEqual([...own.train.labels.slice(0, 2), own.classNames.length], [0, 1, 3]);
});

test('like: new rows mean the same as those of an earlier table', () => {
  const first = clients();
  const next = CLIENTS.slice(0, 8).map((client) => ({ ...client, age: client.age + 100, region: 'south' }));
  const later = datasetFromTable(next, { label: 'outcome', like: first });
  assert.deepEqual(
    [later.columns, later.mean, later.std, later.classNames],
    [first.columns, first.mean, first.std, first.classNames],
  );
  assert.ok(
    feature(later, 0).every((age) => age >= 120),
    'the values are those of the new rows',
  );
  const both = () => datasetFromTable(next, { label: 'outcome', like: first, features: ['age'] });
  assert.throws(both, /like and features are given; features comes from like; leave it out/);
  assert.throws(
    () => datasetFromTable(next, { label: 'outcome', like: {} as never }),
    /like is \{\}; give a data set that was made by/,
  );
});

/** The message for clients of whom one has another value. */
function refusedCell(row: number, change: object, message: RegExp, options: Partial<TableDatasetOptions> = {}): void {
  const rows = CLIENTS.map((client, i) => (i === row ? { ...client, ...change } : client));
  assert.throws(() => datasetFromTable(rows, { ...OPTIONS, ...options }), { message });
}

test('a cell that cannot be meant is refused with row and column', () => {
  refusedCell(7, { age: null }, /datasetFromTable: row 7, column 'age': the value is missing \(null\); fill it in/);
  refusedCell(7, { age: NaN }, /row 7, column 'age': the value is missing \(NaN\)/);
  refusedCell(7, { age: '' }, /row 7, column 'age': the cell is empty/);
  refusedCell(7, { age: 'forty' }, /row 7, column 'age': 'forty' is no number; make it a number, name the column in categorical/);
  refusedCell(7, { age: '3,5' }, /'3,5' is no number; write numbers with a decimal point/);
  refusedCell(7, { age: '0x10' }, /'0x10' is no number/);
  refusedCell(7, { age: Infinity }, /Infinity is no number/);
  refusedCell(7, { age: new Date(0) }, /1970-01-01T00:00:00.000Z is no number/);
  refusedCell(7, { age: true }, /true stands in a column of numbers; use 0 and 1/);
  refusedCell(7, { member: 1 }, /1 stands in a column of true and false|true stands in a column of numbers/);
  refusedCell(7, { region: undefined }, /row 7, column 'region': the value is missing \(undefined\)/);
  refusedCell(7, { region: ['north'] }, /column 'region': \['north'\] is neither text nor a number/);
  refusedCell(7, { outcome: null }, /row 7, column 'outcome': the value is missing/);
  refusedCell(7, { quarter: ' ' }, /row 7, column 'quarter': the value is missing \(' '\)/);
  refusedCell(
    7,
    { outcome: 'unsure' },
    /there is only one row of class 'unsure' \(column 'outcome'\) in 'Q3 2024' \(column 'quarter'\), too few/,
  );
  refusedCell(
    7,
    { outcome: 'unsure' },
    /row 7, column 'outcome': the class 'unsure' is not one of the class names; classes are stays, leaves/,
    {
      classNames: ['stays', 'leaves'],
    },
  );
});

test('with a split column: words other than train and test, empty sides, unknown categories and classes are refused', () => {
  const rows = CLIENTS.map((client, i) => ({ ...client, part: i % 5 === 4 ? 'test' : 'train' }));
  const refused = (at: number, change: object, message: RegExp) => {
    const changed = rows.map((row, i) => (at < 0 || i === at ? { ...row, ...change } : row));
    assert.throws(() => datasetFromTable(changed, { ...OPTIONS, split: 'part' }), { message });
  };
  refused(3, { part: 'Test' }, /row 3, column 'part': must be 'train' or 'test', got 'Test'/);
  refused(-1, { part: 'train' }, /no row says 'test' in column 'part'; mark some rows with 'test'/);
  refused(
    4,
    { region: 'west' },
    /row 4, column 'region': the category 'west' does not occur in the training rows; known are 'north', 'south'/,
  );
  refused(
    4,
    { outcome: 'unsure' },
    /row 4, column 'outcome': the class 'unsure' occurs in test rows only; classes are leaves, stays/,
  );
});

test('columns and tables that cannot be learnt from are refused', () => {
  const cases: [Partial<TableDatasetOptions>, RegExp, object[]?][] = [
    [
      {},
      /column 'age' is 5 in all 32 training rows, so it tells nothing; leave it out of features/,
      CLIENTS.map((client) => ({ ...client, age: 5 })),
    ],
    [{}, /column 'region' is 'north' in all 32 training rows/, CLIENTS.map((client) => ({ ...client, region: 'north' }))],
    [
      {},
      /column 'outcome' is 'stays' in all training rows; two classes are the least/,
      CLIENTS.map((client) => ({ ...client, outcome: 'stays' })),
    ],
    [{}, /the table has no rows/, []],
    [
      { categorical: ['region', 'age'] },
      /column 'age': holds 128 different values; at most 100 categories/,
      Array.from({ length: 160 }, (_, i) => ({ ...CLIENTS[i % 40], age: i })),
    ],
    [{ label: 'outcom' }, /there is no column 'outcom'; columns are 'age', 'income', 'member', 'region', 'quarter', 'outcome'/],
    [{ features: ['age', 'agee'], categorical: [] }, /there is no column 'agee'/],
    [{ features: ['age', 'outcome'], categorical: [] }, /column 'outcome' is a feature and label, domain or split/],
    [{ features: ['age'] }, /categorical names 'region', which is no feature; features are age/],
    [{ features: ['age', 'age'] }, /features lists 'age' twice/],
    [{ features: [] }, /features is empty/],
    [{ testFraction: 1 }, /testFraction 1 leaves one side empty/],
    [{ testFraction: '0.2' as never }, /testFraction must be a number between 0 and 1, got '0\.2'/],
    [{ split: 'region', testFraction: 0.2 }, /split and testFraction are given/],
    [{ columns: ['a'] }, /columns are given, but rows are objects/],
    [{ lable: 'x' } as never, /unknown option 'lable'; known options: label, features/],
    [{ label: undefined as never }, /label must be text, got undefined/],
  ];
  for (const [change, message, rows = CLIENTS] of cases) {
    assert.throws(() => datasetFromTable(rows, { ...OPTIONS, ...change }), { message });
  }
  assert.throws(
    () => datasetFromTable(null as never, OPTIONS),
    /the table is null; give rows \(objects or arrays\), a data frame/,
  );
  assert.throws(() => datasetFromTable([CLIENTS[0], 5] as never, OPTIONS), /row 1 is 5; give an object for each row/);
  const unnamed = [1, 2, 3, 4].map((x) => [x, 'ab'[x % 2]]);
  assert.throws(() => datasetFromTable(unnamed, { label: 'y' }), /rows are arrays, and columns is undefined; name them/);
  assert.throws(
    () => datasetFromTable([[1, 'a'], [2]], { label: 'y', columns: ['x', 'y'] }),
    /row 1 holds 1 values; give one value for each of the 2 columns/,
  );
  assert.throws(() => datasetFromTable(unnamed, { label: 'y', columns: ['y', 'y'] }), /two columns are named 'y'/);
  assert.throws(
    () => datasetFromTable(unnamed, { label: 'y', columns: ['', 'y'] }),
    /column 1 has no name \(often the row numbers of a data frame\); list the features/,
  );
});
