import assert from 'node:assert/strict';
import { test } from 'node:test';
import { datasetFromArrays } from '../../src/data/fromArrays';
import { classScenario, type ClassGroup, type ClassOptions } from '../../src/scenarios/classes';
import { splitScenario } from '../../src/scenarios/split';
import { contents, labelCounts } from './fixtures';

const NAMES = ['cat', 'dog', 'horse', 'car', 'bus', 'van'];
const part = (count: number) => ({
  inputs: Array.from({ length: 6 * count }, (_, i) => [i % 6, i]),
  labels: Array.from({ length: 6 * count }, (_, i) => i % 6),
});
const dataset = datasetFromArrays({ name: 'pictures', classNames: NAMES, train: part(10), test: part(5) });
const GROUPS: ClassGroup[] = [['cat', 'dog', 'horse'], { name: 'vehicles', classes: ['bus', 3] }];
const stream = (options?: ClassOptions, groups = GROUPS) => classScenario(dataset, groups, options);

test('class-incremental: groups of unequal size, labels running through them, names kept', () => {
  const { tasks, trainLoaders, scenario, settings } = stream();
  assert.equal(scenario, 'class-incremental');
  assert.deepEqual(
    tasks.map(({ name, classes, classNames }) => [name, classes, classNames]),
    [
      ['cat, dog, horse', [0, 1, 2], ['cat', 'dog', 'horse']],
      ['vehicles', [3, 4], ['bus', 'car']],
    ],
  );
  assert.deepEqual(trainLoaders.map(labelCounts), [
    { 0: 10, 1: 10, 2: 10 },
    { 3: 10, 4: 10 },
  ]);
  const { labels } = trainLoaders[1].hostData();
  trainLoaders[1].sampleImages(20).forEach(([kind], i) => assert.equal(labels[i], kind === 4 ? 3 : 4, 'bus is label 3, car 4'));
  assert.deepEqual(settings.groups, [
    [0, 1, 2],
    [4, 3],
  ]);
});

test('task-incremental: each task has labels from 0; domain-incremental for groups of one size', () => {
  assert.deepEqual(
    stream({ scenario: 'task-incremental' }).tasks.map(({ classes }) => classes),
    [
      [0, 1, 2],
      [0, 1],
    ],
  );
  const even = stream({ scenario: 'domain-incremental' }, [
    ['cat', 'car'],
    ['dog', 'bus'],
  ]);
  assert.deepEqual(even.trainLoaders.map(labelCounts), [
    { 0: 10, 1: 10 },
    { 0: 10, 1: 10 },
  ]);
});

test('groups of one size serve what splitScenario serves', () => {
  const options = {
    scenario: 'class-incremental',
    limitPerTask: 12,
    validationFraction: 0.5,
    testLimitPerTask: 4,
    seed: 2,
  } as const;
  assert.equal(
    contents(
      stream(options, [
        [0, 1],
        [2, 3],
        [4, 5],
      ]),
    ),
    contents(splitScenario(dataset, { ...options, nTasks: 3 })),
  );
});

test('the fingerprint follows the groups and their order', () => {
  const prints = [GROUPS, [...GROUPS].reverse(), [['dog', 'cat', 'horse'], GROUPS[1]]].map(
    (groups) => stream({}, groups).fingerprint,
  );
  assert.equal(new Set(prints).size, 3);
  assert.equal(stream().fingerprint, prints[0]);
});

test('groups that cannot be meant are refused', () => {
  const cases: [unknown, RegExp, ClassOptions?][] = [
    [[], /groups is empty/],
    ['cat', /groups must be an array, got 'cat'/],
    [[['cat'], []], /class scenario, group 1: the list of classes is empty/],
    [[['cat', 'cow']], /data set 'pictures' has no class 'cow'; use numbers from 0 to 5, or names: 'cat', 'dog'/],
    [[['cat', 6]], /has no class 6/],
    [[['cat', '0']], /has no class '0'/],
    [[['cat', 'dog'], ['cat']], /class 'cat' is in group 0 and in group 1; put each class into one group/],
    [[{ name: 'x', class: ['cat'] }], /group 0: unknown option 'class'/],
    [[{ classes: ['cat'] }], /group 0: name must be text, got undefined/],
    [[undefined], /group 0: is undefined/],
    [[['cat'], ['dog', 'bus']], /group 0 has one class, so there is nothing to tell apart/, { scenario: 'task-incremental' }],
    [
      GROUPS,
      /groups hold 3, 2 classes, but tasks of a domain-incremental stream share their outputs/,
      { scenario: 'domain-incremental' },
    ],
    [GROUPS, /unknown option 'nTasks'/, { nTasks: 2 } as never],
    [GROUPS, /limitPerTask must be a whole number of at least 3, got 2/, { limitPerTask: 2 }],
  ];
  for (const [groups, message, options] of cases)
    assert.throws(() => classScenario(dataset, groups as ClassGroup[], options), { message });
});
