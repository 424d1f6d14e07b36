import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { datasetFromArrays } from '../../src/data/fromArrays';
import { splitScenario, type SplitOptions } from '../../src/scenarios/split';
import { getSplitFashionMnist, getSplitMnist } from '../../src/scenarios/mnist';
import { tinyDataset } from '../data/fixtures';
import { easyDataset } from '../methods/fixtures';
import { contents, imageKeys, labelCounts } from './fixtures';

const dataset = tinyDataset({ perClass: 20 });
const labels = (options: SplitOptions) =>
  splitScenario(dataset, options).trainLoaders.map((loader) => Object.keys(labelCounts(loader)).map(Number));

test('task- and domain-incremental Split serve labels 0 and 1 in every task', () => {
  for (const scenario of ['task-incremental', 'domain-incremental'] as const) {
    assert.deepEqual(labels({ scenario }), new Array(5).fill([0, 1]));
    for (const { classes } of splitScenario(dataset, { scenario }).tasks) assert.deepEqual(classes, [0, 1]);
  }
});

test('class-incremental Split serves labels 0 … 9 across the tasks, two new ones in each', () => {
  const stream = splitScenario(dataset, { scenario: 'class-incremental' });
  const expected = [
    [0, 1],
    [2, 3],
    [4, 5],
    [6, 7],
    [8, 9],
  ];
  assert.deepEqual(labels({ scenario: 'class-incremental' }), expected);
  assert.deepEqual(
    stream.testLoaders.map((loader) => Object.keys(labelCounts(loader)).map(Number)),
    expected,
  );
  assert.deepEqual(
    stream.tasks.map((task) => task.classes),
    expected,
  );
});

test('real Split-MNIST: each task holds exactly the digits of its name, all of them', () => {
  const { tasks, trainLoaders, testLoaders } = getSplitMnist({ scenario: 'class-incremental' });
  assert.deepEqual(
    tasks.map((task) => task.name),
    ['digits 0, 1', 'digits 2, 3', 'digits 4, 5', 'digits 6, 7', 'digits 8, 9'],
  );
  assert.deepEqual(labelCounts(trainLoaders[1]), { 2: 5958, 3: 6131 });
  assert.deepEqual(labelCounts(testLoaders[4]), { 8: 974, 9: 1009 });
  assert.deepEqual(labelCounts(getSplitMnist().trainLoaders[1]), { 0: 5958, 1: 6131 });
});

test('Split-Fashion-MNIST names its clothes', () => {
  const { tasks, trainLoaders } = getSplitFashionMnist();
  assert.equal(tasks[1].name, 'Pullover, Dress');
  assert.deepEqual(labelCounts(trainLoaders[1]), { 0: 6000, 1: 6000 });
});

test('with a class order of its own, labels follow the order and names say the class', () => {
  const classOrder = [7, 2, 0, 9, 1, 3, 4, 5, 6, 8];
  const stream = splitScenario(dataset, { classOrder, scenario: 'class-incremental' });
  assert.deepEqual(stream.tasks[0].classNames, ['7', '2']);
  assert.deepEqual(
    stream.tasks.map((task) => task.classes),
    [
      [0, 1],
      [2, 3],
      [4, 5],
      [6, 7],
      [8, 9],
    ],
  );
  const plain = splitScenario(dataset, { nTasks: 1, scenario: 'class-incremental' }).trainLoaders[0].hostData();
  const served = stream.trainLoaders[0].hostData(); // stored order: 2 before 7 in each round of labels
  assert.deepEqual([...served.labels.subarray(0, 4)], [1, 0, 1, 0]);
  assert.deepEqual([...served.images.subarray(0, 16)], [...plain.images.subarray(2 * 16, 3 * 16)]);
});

test('a random class order is drawn from the seed', () => {
  const order = (seed: number) => splitScenario(dataset, { classOrder: 'random', seed }).settings.classOrder as number[];
  assert.deepEqual(order(1), order(1));
  assert.notDeepEqual(order(1), order(2));
  assert.deepEqual([...order(1)].sort(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test('classes are shared out evenly, or as classesPerTask says', () => {
  assert.deepEqual(labels({ nTasks: 2 }), [
    [0, 1, 2, 3, 4],
    [0, 1, 2, 3, 4],
  ]);
  const three = splitScenario(dataset, { nTasks: 3, classesPerTask: 2, scenario: 'class-incremental' });
  assert.deepEqual(
    three.tasks.map((task) => task.classes),
    [
      [0, 1],
      [2, 3],
      [4, 5],
    ],
  );
  assert.equal(splitScenario(dataset, { nTasks: 10, scenario: 'class-incremental' }).tasks.length, 10);
});

test('same seed, same data and order; other seed, other data', () => {
  const make = (seed: number) => splitScenario(dataset, { seed, limitPerTask: 10, validationFraction: 0.2, testLimitPerTask: 4 });
  assert.equal(contents(make(3)), contents(make(3)));
  assert.notEqual(contents(make(3)), contents(make(4)));
  assert.equal(make(3).fingerprint, make(3).fingerprint);
});

test('the fingerprint changes with everything that decides the data, and not with the batch size', () => {
  const base: SplitOptions = { seed: 1, limitPerTask: 10 };
  const changes: SplitOptions[] = [
    {},
    { seed: 2 },
    { limitPerTask: 12 },
    { testLimitPerTask: 4 },
    { validationFraction: 0.2 },
    { classOrder: [9, 8, 7, 6, 5, 4, 3, 2, 1, 0] },
    { scenario: 'class-incremental' },
    { nTasks: 2 },
  ];
  const prints = changes.map((change) => splitScenario(dataset, { ...base, ...change }).fingerprint);
  prints.push(splitScenario(tinyDataset({ perClass: 21 }), base).fingerprint);
  assert.equal(new Set(prints).size, prints.length);
  assert.equal(splitScenario(dataset, { ...base, batchSize: 7 }).fingerprint, prints[0]);
});

test('a class order does not change which images of a class a limit keeps', () => {
  const [plain, reordered] = [{}, { classOrder: [8, 9, 2, 3, 4, 5, 6, 7, 0, 1] }].map((change) =>
    splitScenario(dataset, { limitPerTask: 6, ...change }),
  );
  assert.deepEqual(imageKeys(plain.trainLoaders[4]), imageKeys(reordered.trainLoaders[0]));
});

test('impossible splits are refused with reason and remedy', () => {
  const cases: [object, RegExp][] = [
    [{ nTasks: 3 }, /split scenario: 10 classes cannot be shared out evenly to 3 tasks; change nTasks, or give classesPerTask/],
    [{ nTasks: 6, classesPerTask: 2 }, /6 tasks of 2 classes do not fit into 10 classes/],
    [{ nTasks: 10 }, /a task of one class has nothing to tell apart; use fewer tasks, or scenario 'class-incremental'/],
    [{ classOrder: [0, 0, 1, 2, 3, 4, 5, 6, 7, 8] }, /classOrder must list 10 different classes between 0 and 9/],
    [{ classOrder: [0, 1] }, /classOrder must list 10 different/],
    [{ classOrder: 'reversed' }, /classOrder must list .* got 'reversed'; correct it, or use 'random'/],
    [{ scenario: 'online' }, /scenario 'online' is not possible here; use 'task-incremental', /],
    [{ limitPerTask: 1 }, /\(2 classes per task\): limitPerTask must be a whole number of at least 2, got 1/],
    [{ limitPerTask: 4.5 }, /limitPerTask must be a whole number/],
    [{ validationFraction: 1 }, /validationFraction must be a number between 0 and 0.99, got 1/],
    [{ validationFraction: 0.01 }, /0.01 of the 20 training samples of class 0 leaves none to validate on; change the fraction/],
    [{ nTasks: 0 }, /nTasks must be a whole number of at least 1/],
    [{ batchsize: 3 }, /unknown option 'batchsize'; known options: batchSize, seed/],
  ];
  for (const [options, message] of cases) assert.throws(() => splitScenario(dataset, options as SplitOptions), { message });
  assert.throws(() => getSplitMnist({ lamda: 1 } as never), /getSplitMnist: unknown option 'lamda'; known options: .*dataDir/);
  assert.throws(() => getSplitMnist({ data: 'fake' } as never), /getSplitMnist: data must be 'real' or 'synthetic', got 'fake'/);
  const gap = { ...dataset, classNames: [...dataset.classNames, 'ten', 'eleven'] };
  assert.throws(() => splitScenario(gap, { nTasks: 6 }), /class 10 \('ten'\) has no train samples/);
});

test("tasks are named after their classes: digits are MNIST's, numbers of other data are classes, long lists are cut", () => {
  const names = (classNames: string[], nTasks: number) => {
    const part = { images: new Float32Array(classNames.length).fill(0.5), labels: classNames.map((_, k) => k) };
    const own = datasetFromArrays({ name: 'own', shape: [1, 1, 1], classNames, train: part, test: part });
    return splitScenario(own, { nTasks, scenario: 'class-incremental' }).tasks.map((task) => task.name);
  };
  assert.deepEqual(names(['0', '1', '2', '10'], 2), ['classes 0, 1', 'classes 2, 10']);
  assert.deepEqual(names(['cat', '1'], 1), ['cat, 1']);
  const trees = Array.from({ length: 40 }, (_, k) => `tree number ${k}`);
  assert.deepEqual(names(trees, 2)[1], 'tree number 20, tree number 21, … (20 classes)');
  assert.ok(
    names(
      Array.from({ length: 100 }, (_, k) => String(k)),
      5,
    ).every((name) => name.length < 60),
  );
});

test('a task says what its raw inputs are', () => {
  const { tasks } = getSplitMnist({ limitPerTask: 20, testLimitPerTask: 20 });
  for (const { inputSize, inputShape, inputs } of tasks) {
    assert.deepEqual([inputSize, inputShape, inputs], [784, [28, 28, 1], { shape: [28, 28, 1], mean: [0.1307], std: [0.3081] }]);
    assert.deepEqual(JSON.parse(JSON.stringify(inputs)), inputs, 'plain JSON');
  }
});

test('what is no data set is refused with its value', () => {
  assert.throws(
    () => splitScenario('mnist' as never),
    /split scenario: the first argument must be a data set, got 'mnist'; make one with/,
  );
});

test('a stream prints as one line', () => {
  assert.match(
    inspect(splitScenario(dataset)),
    /^TaskStream\(split tiny, task-incremental: 5 tasks, 200 training, 0 validation, 50 test samples, fingerprint [0-9a-f]{12}\)$/,
  );
});

test('a base of more classes and increments: 4 and then 2 each', () => {
  const base = (options: SplitOptions) => splitScenario(easyDataset(5), { scenario: 'class-incremental', seed: 1, ...options });
  const classes = (options: SplitOptions) => base(options).tasks.map((task) => task.classes);
  assert.deepEqual(classes({ nTasks: 2, baseClasses: 4 }), [[0, 1, 2, 3], [4, 5]]); // prettier-ignore
  assert.deepEqual(classes({ nTasks: 4, baseClasses: 3 }), [[0, 1, 2], [3], [4], [5]]); // prettier-ignore
  assert.deepEqual(classes({ nTasks: 2, baseClasses: 2, classesPerTask: 3, scenario: 'task-incremental' }), [[0, 1], [0, 1, 2]]); // prettier-ignore
  assert.deepEqual(base({ nTasks: 2, baseClasses: 4, classOrder: [5, 4, 3, 2, 1, 0] }).tasks[1].classNames, ['1', '0']);
  assert.notEqual(
    base({ nTasks: 2, baseClasses: 4 }).fingerprint,
    base({ nTasks: 2, baseClasses: 2, classesPerTask: 4 }).fingerprint,
  );
  assert.throws(() => base({ nTasks: 3, baseClasses: 3 }), /cannot be shared out evenly to 3 tasks, the first of 3/);
  assert.throws(
    () => base({ nTasks: 3, baseClasses: 4, classesPerTask: 2 }),
    /3 tasks of 2 classes, the first of 4, do not fit into 6/,
  );
  assert.throws(() => base({ baseClasses: 9 }), /baseClasses/);
  assert.throws(() => base({ nTasks: 2, baseClasses: 4, scenario: 'domain-incremental' }), /share their outputs/);
});
