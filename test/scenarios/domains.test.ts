import assert from 'node:assert/strict';
import { test } from 'node:test';
import { datasetFromTable } from '../../src/data/table/fromTable';
import { domainScenario, type DomainOptions } from '../../src/scenarios/domains';
import { tinyDataset } from '../data/fixtures';
import { contents, labelCounts } from './fixtures';

/** Samples of two features in two classes; the first feature tells the domain, the second the sample. */
const part = (domain: number, count: number, label = (i: number) => i % 2) => ({
  inputs: Array.from({ length: count }, (_, i) => [100 * domain, i]),
  labels: Array.from({ length: count }, (_, i) => label(i)),
});
const DOMAINS = ['Q3 2024', 'Q4 2024', 'Q1 2025'].map((name, d) => ({ name, train: part(d, 20 + 10 * d), test: part(d, 10) }));
const stream = (options?: DomainOptions) => domainScenario(DOMAINS, options);

test('each domain of a list is a task of its name, with its own samples and all classes', () => {
  const { tasks, trainLoaders, testLoaders, scenario, settings } = stream();
  assert.deepEqual(
    tasks.map(({ name }) => name),
    ['Q3 2024', 'Q4 2024', 'Q1 2025'],
  );
  assert.deepEqual([scenario, settings.domains], ['domain-incremental', ['Q3 2024', 'Q4 2024', 'Q1 2025']]);
  tasks.forEach(({ classes, inputShape, inputs }, id) => {
    assert.deepEqual([classes, inputShape, inputs!.mean.length], [[0, 1], [2], 2]);
    assert.deepEqual([trainLoaders[id].size, testLoaders[id].size], [20 + 10 * id, 10]);
    for (const loader of [trainLoaders[id], testLoaders[id]]) {
      assert.deepEqual(
        loader.sampleImages(loader.size).map((row) => [...row]),
        Array.from({ length: loader.size }, (_, i) => [100 * id, i]),
      );
    }
    assert.deepEqual(labelCounts(trainLoaders[id]), { 0: 10 + 5 * id, 1: 10 + 5 * id });
  });
});

test('limits, validation and seed work as in the other scenarios', () => {
  const options = { limitPerTask: 10, testLimitPerTask: 4, validationFraction: 0.2, seed: 3 };
  const { trainLoaders, validationLoaders, testLoaders } = stream(options);
  for (const id of [0, 1, 2]) {
    assert.deepEqual(labelCounts(trainLoaders[id]), { 0: 4, 1: 4 });
    assert.deepEqual(labelCounts(validationLoaders[id]), { 0: 1, 1: 1 });
    assert.deepEqual(labelCounts(testLoaders[id]), { 0: 2, 1: 2 });
    const all = [trainLoaders[id], validationLoaders[id]].flatMap((loader) => loader.sampleImages(99).map(String));
    assert.equal(new Set(all).size, 10);
  }
  assert.equal(contents(stream(options)), contents(stream(options)));
  assert.notEqual(contents(stream(options)), contents(stream({ ...options, seed: 4 })));
});

test('domains are chosen and ordered by name, and decide the fingerprints', () => {
  const reversed = stream({ domains: ['Q1 2025', 'Q3 2024'] });
  assert.deepEqual(
    reversed.tasks.map(({ id, name }) => `${id} ${name}`),
    ['0 Q1 2025', '1 Q3 2024'],
  );
  assert.deepEqual(
    reversed.trainLoaders.map((loader) => loader.size),
    [40, 20],
  );
  assert.equal(
    new Set([stream(), reversed, stream({ domains: ['Q3 2024', 'Q1 2025'] })].map(({ fingerprint }) => fingerprint)).size,
    3,
  );
  assert.notEqual(reversed.trainLoaders[0].taskFingerprint, stream().trainLoaders[0].taskFingerprint);
  assert.equal(stream({ limitPerTask: 10 }).testLoaders[0].taskFingerprint, stream().trainLoaders[0].taskFingerprint);
});

test('a later stream goes on with the ids of an earlier one', () => {
  const later = stream({ domains: ['Q1 2025'], firstTaskId: 2 });
  assert.deepEqual([later.tasks[0].id, later.tasks[0].name, later.trainLoaders[0].task.id], [2, 'Q1 2025', 2]);
  assert.notEqual(later.fingerprint, stream({ domains: ['Q1 2025'] }).fingerprint);
  assert.throws(() => stream({ firstTaskId: -1 }), /firstTaskId must be a whole number of at least 0, got -1/);
});

test('a column of a table makes the domains; a domain need not hold every class', () => {
  const rows = Array.from({ length: 60 }, (_, i) => ({
    x: i,
    site: ['Kiel', 'Bonn'][Math.floor(i / 30)],
    y: ['a', 'b', i < 30 ? 'c' : 'a'][i % 3],
  }));
  const { tasks, trainLoaders } = domainScenario(datasetFromTable(rows, { label: 'y', domain: 'site' }), {
    scenario: 'task-incremental',
  });
  assert.deepEqual(
    tasks.map(({ name, classNames }) => [name, classNames]),
    [
      ['Kiel', ['a', 'b', 'c']],
      ['Bonn', ['a', 'b', 'c']],
    ],
  );
  assert.deepEqual(trainLoaders.map(labelCounts), [
    { 0: 8, 1: 8, 2: 8 },
    { 0: 16, 1: 8 },
  ]);
});

test('what cannot be meant is refused with reason and remedy', () => {
  const cases: [() => unknown, RegExp][] = [
    [
      () => domainScenario(tinyDataset()),
      /data set 'tiny' does not say which domain a sample belongs to; give datasetFromTable a domain column/,
    ],
    [() => stream({ domains: ['Q2 2024'] }), /there is no domain 'Q2 2024'; domains are 'Q3 2024', 'Q4 2024', 'Q1 2025'/],
    [() => stream({ domains: ['Q3 2024', 'Q3 2024'] }), /domains lists 'Q3 2024' twice/],
    [() => stream({ domains: [] }), /domains is empty/],
    [() => stream({ nTasks: 2 } as never), /unknown option 'nTasks'/],
    [() => stream({ scenario: 'class-incremental' }), /scenario 'class-incremental' is not possible here/],
    [() => stream({ limitPerTask: 1 }), /limitPerTask must be a whole number of at least 2, got 1/],
    [() => domainScenario([]), /the first argument is empty/],
    [() => domainScenario('table.csv' as never), /the first argument must be a data set, got 'table\.csv'/],
    [() => domainScenario([DOMAINS[0], DOMAINS[0]]), /two domains are named 'Q3 2024'/],
    [() => domainScenario([{ ...DOMAINS[0], nam: 'x' } as never]), /domain 0: unknown option 'nam'/],
    [
      () => domainScenario([DOMAINS[0], { ...DOMAINS[1], test: { inputs: [[1, 2, 3]], labels: [0] } }]),
      /domain 'Q4 2024', test: row 0 holds 3 numbers instead of 2/,
    ],
    // One label too many here and one too few there would cancel out in the whole.
    [
      () =>
        domainScenario([
          { ...DOMAINS[0], train: { ...part(0, 4), labels: [0, 1, 0, 1, 1] } },
          { ...DOMAINS[1], train: { ...part(1, 4), labels: [0, 1, 0] } },
        ]),
      /domain 'Q3 2024', train: 4 inputs of 2 features but 5 labels/,
    ],
    [() => domainScenario([DOMAINS[0], undefined as never]), /domain 1: is undefined; give \{ name, train, test \}/],
  ];
  for (const [call, message] of cases) assert.throws(call, { message });
});
