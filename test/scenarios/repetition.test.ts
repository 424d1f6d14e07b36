import assert from 'node:assert/strict';
import { test } from 'node:test';
import { repetitionScenario, type RepetitionOptions } from '../../src/scenarios/repetition';
import { splitScenario } from '../../src/scenarios/split';
import { easyDataset } from '../methods/fixtures';
import { contents, imageKeys, labelCounts } from './fixtures';

const dataset = easyDataset(60); // 6 classes of 60
const stream = (options: RepetitionOptions = {}) => repetitionScenario(dataset, { nTasks: 7, seed: 1, ...options });

test('half of each later task came before, the rest is new, in order; when all have come, all is repeated', () => {
  const { tasks } = stream();
  const seen = new Set(tasks[0].classes);
  assert.deepEqual(tasks[0].classes, [0, 1]);
  for (const [id, { classes }] of tasks.slice(1).entries()) {
    const fresh = classes.filter((label) => !seen.has(label));
    assert.equal(classes.length, 2);
    assert.deepEqual(fresh, id < 4 ? [id + 2] : [], `task ${id + 2}`);
    classes.forEach((label) => seen.add(label));
  }
});

test('the samples of a class are dealt out evenly to the tasks it comes in: each comes once', () => {
  const { trainLoaders, tasks, testLoaders } = stream();
  assert.deepEqual(
    trainLoaders.flatMap(imageKeys).sort(),
    splitScenario(dataset, { nTasks: 3 }).trainLoaders.flatMap(imageKeys).sort(),
  );
  const homes = (label: number) => tasks.filter(({ classes }) => classes.includes(label)).length;
  for (const loader of trainLoaders) {
    for (const [label, count] of Object.entries(labelCounts(loader))) {
      assert.ok(Math.abs(count - 60 / homes(Number(label))) < 1, `${label}: ${count} of 60 in ${homes(Number(label))} tasks`);
    }
  }
  testLoaders.forEach((loader, i) =>
    assert.deepEqual(labelCounts(loader), Object.fromEntries(tasks[i].classes.map((label) => [label, 20]))),
  );
});

test('repetition 0 is a split stream, the same seed the same stream, another another', () => {
  const none = stream({ repetition: 0, nTasks: 3 });
  assert.deepEqual(none.tasks.map(({ classes }) => classes), [[0, 1], [2, 3], [4, 5]]); // prettier-ignore
  assert.equal(contents(stream()), contents(stream()));
  assert.notEqual(contents(stream()), contents(stream({ seed: 2 })));
  assert.notEqual(stream().fingerprint, stream({ seed: 2 }).fingerprint);
  assert.ok(stream({ limitPerTask: 20 }).trainLoaders.every(({ size }) => size <= 20 && size >= 18));
});

test('too few tasks for all classes, and classes with too few samples, are refused in words', () => {
  assert.throws(() => stream({ nTasks: 4 }), /bring only 5 of 6 classes; use more tasks/);
  assert.throws(() => stream({ repetition: 1 }), /bring only 2 of 6 classes/);
  assert.throws(() => stream({ classesPerTask: 9 }), /classesPerTask/);
  assert.throws(() => repetitionScenario(easyDataset(2), { nTasks: 30 }), /2 samples for \d+ tasks/);
});
