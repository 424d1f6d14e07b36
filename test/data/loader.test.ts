import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { datasetFromArrays } from '../../src/data/fromArrays';
import { TaskLoader, type LoaderSettings } from '../../src/data/loader';
import { loadMnist } from '../../src/data/mnist';
import type { Task } from '../../src/data/task';
import { tinyDataset } from './fixtures';

const dataset = tinyDataset(); // 200 training and 50 test images of 4×4
const task: Task = {
  id: 3,
  name: 'all',
  scenario: 'domain-incremental',
  classes: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  classNames: dataset.classNames,
  inputSize: 16,
  inputShape: [4, 4, 1],
};
const upTo = (count: number) => Int32Array.from({ length: count }, (_, i) => i);

function make(change: Partial<LoaderSettings> = {}): TaskLoader {
  return new TaskLoader({ task, split: 'train', dataset, positions: upTo(50), batchSize: 16, seed: 1, ...change });
}

test('an epoch of training visits each sample exactly once, whatever size, seed and epoch', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), fc.integer(), fc.nat(100), (size, seed, epoch) => {
      assert.deepEqual(
        make({ positions: upTo(size), seed })
          .epoch(epoch)
          .sort(),
        upTo(size),
      );
    }),
  );
});

test('same seed, task and epoch give the same order; another of any of them another order', () => {
  const order = (change: Partial<LoaderSettings>, epoch = 0) => make(change).epoch(epoch).join();
  assert.equal(order({}), order({}));
  const all = [order({}), order({ seed: 2 }), order({}, 1), order({ task: { ...task, id: 4 } })];
  assert.equal(new Set(all).size, all.length);
});

test('test and validation data keeps its stored order in every epoch', () => {
  for (const split of ['test', 'validation'] as const) assert.deepEqual(make({ split }).epoch(7), upTo(50));
});

test('pixels are scaled to 0 … 1, less mean 0.1307, divided by 0.3081', () => {
  const mnist = loadMnist();
  const loader = new TaskLoader({
    task: { ...task, inputSize: 784 },
    split: 'train',
    dataset: mnist,
    positions: Int32Array.of(5, 0),
  });
  const { images, labels } = loader.hostData();
  assert.deepEqual([...labels], [mnist.train.labels[5], mnist.train.labels[0]]);
  for (const [row, position] of [
    [0, 5],
    [1, 0],
  ]) {
    for (let j = 0; j < 784; j++) {
      const expected = (mnist.train.inputs[position * 784 + j] / 255 - 0.1307) / 0.3081;
      assert.ok(Math.abs(images[row * 784 + j] - expected) < 1e-6);
    }
  }
  assert.ok(Math.abs(Math.min(...images) - -0.42421296) < 1e-6, 'a black pixel');
  assert.ok(Math.abs(Math.max(...images) - 2.8214867) < 1e-6, 'a white pixel');
});

test('the batches of an epoch are the samples in the order of that epoch, the last batch smaller', () => {
  const loader = make({
    positions: Int32Array.from({ length: 50 }, (_, i) => 3 * i),
    labelOf: Int32Array.from({ length: 10 }, (_, k) => 9 - k),
  });
  for (const epoch of [0, 2]) {
    const [xs, ys, sizes]: [number[], number[], number[]] = [[], [], []];
    for (const { x, y } of loader.batches(epoch)) {
      assert.equal(x.length, y.length * 16);
      xs.push(...x);
      ys.push(...y);
      sizes.push(y.length);
    }
    const expected = loader.hostData(loader.epoch(epoch));
    assert.deepEqual(xs, [...expected.images]);
    assert.deepEqual(ys, [...expected.labels]);
    assert.deepEqual(sizes, [16, 16, 16, 2]);
    assert.equal(loader.batchesPerEpoch, sizes.length);
  }
  assert.equal(loader.hostData(Int32Array.of(0)).labels[0], 9, 'class 0 is served under its label');
});

test('sample images are the first images in 0 … 1, as the task sees them', () => {
  const order = Int32Array.from({ length: 16 }, (_, j) => 15 - j);
  const rows = make({ positions: Int32Array.of(7, 8, 9), pixelMap: { kind: 'permutation', order } }).sampleImages(2);
  assert.equal(rows.length, 2);
  rows.forEach((row, i) =>
    row.forEach((value, j) => assert.equal(value, Math.fround(dataset.train.inputs[(7 + i) * 16 + 15 - j] / 255))),
  );
  assert.equal(make({ positions: upTo(3) }).sampleImages(10).length, 3);
});

test('the test split reads the test samples', () => {
  const loader = make({ split: 'test', positions: Int32Array.of(49) });
  const first = (dataset.test.inputs[49 * 16] / 255 - dataset.mean[0]) / dataset.std[0];
  assert.ok(Math.abs(loader.hostData().images[0] - first) < 1e-6);
});

test('a loader prints as one line and refuses empty data, wrong batch sizes and unknown samples', () => {
  assert.equal(inspect(make()), "TaskLoader(train, task 3 'all': 50 samples, batches of 16)");
  assert.throws(() => make({ positions: new Int32Array(0) }), /task 3 \(all\) has no train samples/);
  assert.throws(() => make({ batchSize: 0 }), /batchSize must be a whole number of at least 1, got 0/);
  assert.throws(() => make().hostData(Int32Array.of(50)), /has no sample 50; samples are 0 to 49/);
});

test('what does not belong together is refused: split, settings, size of inputs, positions, labels', () => {
  const cases: [object, RegExp][] = [
    [{ split: 'Test' }, /TaskLoader: split must be 'train', 'test' or 'validation', got 'Test'/],
    [{ split: undefined }, /split must be .* got undefined/],
    [{ batchsize: 7 }, /TaskLoader: unknown option 'batchsize'; known options: task, split/],
    [{ batchSize: '16' }, /batchSize must be a whole number of at least 1, got '16'/],
    [{ task: { ...task, inputSize: 9 } }, /task 3 has inputs of 9 numbers, data set 'tiny' 4×4; give the task inputSize: 16/],
    [{ positions: Int32Array.of(0, 200) }, /there is no train sample at position 200; positions are 0 to 199/],
    [{ positions: Int32Array.of(-1) }, /there is no train sample at position -1/],
    [
      { task: { ...task, classes: [0, 1] } },
      /the train sample at position 2 would be served with label 2, which is not one of task 3; its classes are 0, 1/,
    ],
    [{ labelOf: Int32Array.of(0, 1) }, /would be served with label undefined/],
  ];
  for (const [change, message] of cases) assert.throws(() => make(change), { message });
  assert.throws(() => make().epoch(-1), /epoch must be a whole number of at least 0, got -1/);
});

test('the task fingerprint is the same for all loaders of a task and another for another task; the fingerprint follows the samples', () => {
  const order = Int32Array.from({ length: 16 }, (_, j) => 15 - j);
  const same = [{ split: 'test' as const }, { positions: upTo(20) }, { seed: 2 }, { batchSize: 3 }];
  const others: Partial<LoaderSettings>[] = [
    { task: { ...task, id: 4 } },
    { task: { ...task, name: 'other' } },
    { task: { ...task, scenario: 'task-incremental' } },
    { task: { ...task, classNames: [...task.classNames].reverse() } },
    { labelOf: Int32Array.from({ length: 10 }, (_, k) => 9 - k) },
    { pixelMap: { kind: 'permutation', order } },
    { dataset: tinyDataset({ perClass: 21 }) },
  ];
  const { taskFingerprint, fingerprint } = make();
  assert.match(taskFingerprint, /^[0-9a-f]{12}$/);
  for (const change of same) assert.equal(make(change).taskFingerprint, taskFingerprint);
  assert.equal(new Set([taskFingerprint, ...others.map((change) => make(change).taskFingerprint)]).size, others.length + 1);
  assert.equal(make({ batchSize: 3 }).fingerprint, fingerprint);
  assert.equal(new Set([fingerprint, ...same.slice(0, 3).map((change) => make(change).fingerprint)]).size, 4);
});

test('features are served standardised one by one, and raw for whoever asks', () => {
  const part = { inputs: [[1e6, 3], [3e6, 3], [5e6, 9]], labels: [0, 1, 0] }; // prettier-ignore
  const table = datasetFromArrays({ name: 'table', train: part, test: part });
  const two = { ...task, classes: [0, 1], classNames: ['0', '1'], inputSize: 2, inputShape: [2] };
  const loader = make({ dataset: table, task: two, positions: upTo(3) });
  const { images } = loader.hostData();
  const std = [Math.sqrt(8 / 3) * 1e6, Math.sqrt(8)];
  [-2e6, -2, 0, -2, 2e6, 4].forEach((value, i) => assert.ok(Math.abs(images[i] - value / std[i % 2]) < 1e-6));
  assert.deepEqual(
    loader.sampleImages(3).map((row) => [...row]),
    part.inputs,
  );
});
