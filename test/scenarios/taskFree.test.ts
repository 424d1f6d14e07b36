import assert from 'node:assert/strict';
import { test } from 'node:test';
import { splitScenario } from '../../src/scenarios/split';
import { taskFreeScenario, type TaskFreeOptions } from '../../src/scenarios/taskFree';
import { easyDataset } from '../methods/fixtures';
import { contents, imageKeys, labelCounts } from './fixtures';

const dataset = easyDataset(100); // 6 classes of 100
const stream = (options: TaskFreeOptions = {}) => taskFreeScenario(dataset, { nTasks: 3, seed: 1, ...options });

test('every sample comes once, in one order that no epoch shuffles; stretches are of one length', () => {
  const { trainLoaders } = stream();
  assert.deepEqual(
    trainLoaders.flatMap(imageKeys).sort(),
    splitScenario(dataset, { nTasks: 3 }).trainLoaders.flatMap(imageKeys).sort(),
  );
  for (const loader of trainLoaders) {
    assert.equal(loader.size, 200);
    assert.deepEqual([...loader.epoch(0)], [...loader.epoch(7)]);
    assert.deepEqual(
      [...loader.epoch(0)],
      Array.from({ length: 200 }, (_, i) => i),
    );
  }
});

test('width 0: one class after the other; a width of 1 lets neighbours run into each other, distant classes hardly', () => {
  assert.deepEqual(stream({ width: 0 }).trainLoaders.map(labelCounts), [{ 0: 100, 1: 100 }, { 2: 100, 3: 100 }, { 4: 100, 5: 100 }]); // prettier-ignore
  const [first, , last] = stream({ width: 1 }).trainLoaders.map(labelCounts);
  assert.ok(first[0] > 70 && first[2] > 5 && (first[5] ?? 0) === 0, JSON.stringify(first));
  assert.ok(last[5] > 70 && last[3] > 5 && (last[0] ?? 0) === 0, JSON.stringify(last));
});

test('boundaries are hidden, all classes compete, test data is that of the classes around each stretch', () => {
  const { tasks, testLoaders } = stream();
  for (const { boundaries, classes } of tasks) assert.deepEqual([boundaries, classes.length], ['hidden', 6]);
  assert.deepEqual(testLoaders.map(labelCounts), [{ 0: 20, 1: 20 }, { 2: 20, 3: 20 }, { 4: 20, 5: 20 }]); // prettier-ignore
  assert.equal(tasks[1].name, 'stretch 2: classes 2, 3');
});

test('the same seed gives the same order, another another; with more stretches the order stays', () => {
  assert.equal(contents(stream()), contents(stream()));
  assert.notEqual(contents(stream()), contents(stream({ seed: 2 })));
  assert.notEqual(stream().fingerprint, stream({ seed: 2 }).fingerprint);
  const labels = (nTasks: number) => stream({ nTasks, batchSize: 10 }).trainLoaders.flatMap((loader) => [...loader.labels()]);
  assert.deepEqual(labels(6), labels(3));
});

test('what is not possible is refused in words', () => {
  assert.throws(() => stream({ width: -1 }), /width/);
  assert.throws(() => stream({ validationFraction: 0.1 } as object), /validationFraction is not possible here/);
  assert.throws(() => stream({ nTasks: 4 }), /cannot be shared out evenly/);
});
