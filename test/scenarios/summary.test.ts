import assert from 'node:assert/strict';
import { test } from 'node:test';
import { datasetFromArrays } from '../../src/data/fromArrays';
import { classScenario } from '../../src/scenarios/classes';
import { permutedScenario } from '../../src/scenarios/permuted';
import { splitScenario } from '../../src/scenarios/split';

const part = (count: number) => ({
  inputs: Array.from({ length: 5 * count }, (_, i) => [i % 5, i]),
  labels: Array.from({ length: 5 * count }, (_, i) => i % 5),
});
const dataset = datasetFromArrays({ name: 'five', classNames: ['a', 'b', 'c', 'd', 'e'], train: part(10), test: part(4) });

test('counts, shares and hashes of each task, by hand', () => {
  const stream = classScenario(dataset, [['c', 'a', 'b'], { name: 'rest', classes: ['e', 'd'] }], {
    validationFraction: 0.2,
    seed: 1,
  });
  const { rows, classNames, taskNames, counts, fingerprint, datasetHash, scenario } = stream.summary();
  assert.deepEqual(rows.map(({ fingerprint: _, ...row }) => row), [
    { task: 1, name: 'c, a, b', classes: 'c, a, b', training: 24, validation: 6, test: 12, largestClass: 1 / 3, shareOfStream: 0.6 },
    { task: 2, name: 'rest', classes: 'e, d', training: 16, validation: 4, test: 8, largestClass: 0.5, shareOfStream: 0.4 },
  ]); // prettier-ignore
  assert.deepEqual(rows.map((row) => row.fingerprint), stream.trainLoaders.map((loader) => loader.fingerprint)); // prettier-ignore
  const forTables: readonly Readonly<Record<string, unknown>>[] = rows; // what showTable takes
  assert.equal(forTables.length, 2);
  assert.deepEqual([classNames, taskNames], [['c', 'a', 'b', 'e', 'd'], ['c, a, b', 'rest']]); // prettier-ignore
  assert.deepEqual(counts, [[8, 0], [8, 0], [8, 0], [0, 8], [0, 8]]); // prettier-ignore
  assert.deepEqual([fingerprint, scenario, datasetHash.length], [stream.fingerprint, 'class-incremental', 40]);
});

test('where all tasks hold all classes each class has one row; a copy with other loaders sums up those', () => {
  const stream = permutedScenario(dataset, { nTasks: 2, seed: 1 });
  const { counts, classNames } = stream.summary();
  assert.deepEqual([classNames.length, counts[0]], [5, [10, 10]]);
  const one = { ...stream, trainLoaders: stream.trainLoaders.slice(0, 1), tasks: stream.tasks.slice(0, 1) };
  assert.equal(one.summary().rows.length, 1);
});

test('imbalance: the most frequent class has ratio times as many as the rarest, in between they fall exponentially', () => {
  const large = datasetFromArrays({ name: 'large', classNames: ['a', 'b', 'c', 'd', 'e'], train: part(1000), test: part(4) });
  const stream = splitScenario(large, { nTasks: 1, scenario: 'class-incremental', imbalance: 100, seed: 3 });
  const counts = stream.summary().counts.map(([count]) => count);
  assert.deepEqual([...counts].sort((x, y) => y - x), [1000, 316, 100, 32, 10]); // prettier-ignore
  assert.deepEqual(stream.testLoaders[0].size, 20, 'test data stays as it is');
  const again = splitScenario(large, { nTasks: 1, scenario: 'class-incremental', imbalance: 100, seed: 3 });
  assert.equal(again.trainLoaders[0].fingerprint, stream.trainLoaders[0].fingerprint);
  const orders = [1, 2, 3, 4].map((seed) => splitScenario(large, { nTasks: 1, scenario: 'class-incremental', imbalance: 100, seed }).summary().counts.join()); // prettier-ignore
  assert.ok(new Set(orders).size > 1, 'the seed draws which classes are rare');
  const even = splitScenario(large, { nTasks: 1, scenario: 'class-incremental', seed: 3 });
  assert.equal(
    splitScenario(large, { nTasks: 1, scenario: 'class-incremental', imbalance: 1, seed: 3 }).fingerprint,
    even.fingerprint,
  );
  assert.throws(() => splitScenario(large, { imbalance: 0.5 }), /imbalance/);
});
