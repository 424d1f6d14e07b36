import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { DataFrame } from 'danfojs-node';
import { standardiseInputs } from '../../src/data/standardise';
import { datasetFromTable } from '../../src/data/table/fromTable';
import { splitScenario } from '../../src/scenarios/split';
import { temporaryFolder, tinyDataset } from './fixtures';

const ROWS = Array.from({ length: 20 }, (_, i) => ({ age: 20 + i, kind: 'ab'[i % 2], y: i % 4 < 2 ? 'yes' : 'no' }));
const table = datasetFromTable(ROWS, { label: 'y', categorical: ['kind'], seed: 1 });

test('raw images in any form become what the loader serves, also after the description went through JSON', () => {
  const dataset = tinyDataset();
  const { tasks, testLoaders } = splitScenario(dataset, { nTasks: 1 });
  const description = JSON.parse(JSON.stringify(tasks[0].inputs)) as NonNullable<(typeof tasks)[0]['inputs']>;
  const served = [...testLoaders[0].hostData().images];
  const bytes = dataset.test.inputs as Uint8Array;
  const rows = testLoaders[0].sampleImages(50);
  for (const raw of [
    bytes,
    new Uint8ClampedArray(bytes),
    Array.from({ length: 50 }, (_, i) => bytes.subarray(16 * i, 16 * i + 16)),
  ]) {
    const { rows: standardised, count } = standardiseInputs(raw, description);
    assert.deepEqual([[...standardised], count], [served, 50]);
  }
  const scaled = standardiseInputs(rows, description).rows;
  served.forEach((value, i) => assert.ok(Math.abs(value - scaled[i]) < 1e-5));
  assert.throws(
    () => standardiseInputs([[...bytes.subarray(0, 16)]], description),
    /pixel \d+ at row 0, column 0 is outside 0 to 1; .*Uint8Array/,
  );
});

test('a table goes in as objects, frame, file or rows of numbers, standardised as in training', (t) => {
  const file = join(temporaryFolder(t), 'next.csv');
  writeFileSync(file, 'kind,id,age\nb,1,30\na,2,20\n');
  const objects = [
    { kind: 'b', age: 30 },
    { kind: 'a', age: '20' },
  ];
  const frame = new DataFrame(
    [
      [30, 'b'],
      [20, 'a'],
    ],
    { columns: ['age', 'kind'] },
  );
  const numbers = [
    [30, 0, 1],
    [20, 1, 0],
  ];
  const expected = numbers.map((row) => row.map((value, j) => Math.fround((value - table.mean[j]) / table.std[j]))).flat();
  for (const raw of [objects, frame, file, numbers, numbers.flat()]) {
    const { rows, count } = standardiseInputs(raw as never, table);
    assert.equal(count, 2);
    expected.forEach((value, i) => assert.ok(Math.abs(rows[i] - value) < 1e-6));
  }
});

test('raw inputs are checked as strictly as training data', () => {
  const refused = (raw: unknown, message: RegExp, like = table) =>
    assert.throws(() => standardiseInputs(raw as never, like, 'predict'), { message });
  refused(
    [{ kind: 'c', age: 30 }],
    /predict: row 0, column 'kind': the category 'c' does not occur in the training rows; known are 'a', 'b'/,
  );
  refused([{ kind: 'a', age: null }], /predict: row 0, column 'age': the value is missing \(null\)/);
  refused([{ kind: 'a' }], /predict: there is no column 'age'/);
  refused([[1, 2]], /predict: row 0 holds 2 numbers instead of 3/);
  refused([1, 2], /predict: 2 numbers are no whole number of rows of 3/);
  refused([], /predict: there are none; give at least one row/);
  refused(
    [{ a: 1 }],
    /predict: a table \(\[\{ a: 1 \}\]\) cannot be read: the training data had no named columns/,
    tinyDataset(),
  );
});
