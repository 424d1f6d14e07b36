import assert from 'node:assert/strict';
import { test } from 'node:test';
import { permutedScenario } from '../../src/scenarios/permuted';
import { splitScenario } from '../../src/scenarios/split';
import { easyDataset } from '../methods/fixtures';
import { contents } from './fixtures';

const dataset = easyDataset(50);
const split = (labelNoise: number | undefined, seed = 1) =>
  splitScenario(dataset, { nTasks: 3, scenario: 'class-incremental', labelNoise, seed, validationFraction: 0.2 });

test('exactly the share of training labels is wrong, each another one of its task; validation and test labels are right', () => {
  const [clean, noisy] = [split(undefined), split(0.25)];
  noisy.trainLoaders.forEach((loader, i) => {
    const right = clean.trainLoaders[i].labels();
    const served = loader.labels();
    const wrong = served.filter((label, k) => label !== right[k]);
    assert.equal(wrong.length, 20); // a quarter of 80
    assert.ok(wrong.every((label) => loader.task.classes.includes(label)));
    assert.deepEqual([...loader.hostData(Int32Array.of(5, 3)).labels], [served[5], served[3]]);
    assert.deepEqual(noisy.validationLoaders[i].labels(), clean.validationLoaders[i].labels());
    assert.deepEqual(noisy.testLoaders[i].labels(), clean.testLoaders[i].labels());
  });
});

test('of many classes all others are drawn as wrong labels', () => {
  const options = { nTasks: 1, seed: 1 };
  const right = permutedScenario(dataset, options).trainLoaders[0].labels();
  const served = permutedScenario(dataset, { ...options, labelNoise: 0.9 }).trainLoaders[0].labels();
  const pairs = new Set(Array.from(served, (label, i) => `${right[i]} ${label}`).filter((pair) => pair[0] !== pair[2]));
  assert.equal(pairs.size, 30);
});

test('seeded, in the fingerprints; without noise these stay what they were', () => {
  assert.equal(contents(split(0.25)), contents(split(0.25)));
  assert.notEqual(contents(split(0.25)), contents(split(0.25, 2)));
  assert.notEqual(split(0.25).fingerprint, split(undefined).fingerprint);
  assert.notEqual(split(0.25).trainLoaders[0].fingerprint, split(undefined).trainLoaders[0].fingerprint);
  assert.equal(split(0.25).trainLoaders[0].taskFingerprint, split(undefined).trainLoaders[0].taskFingerprint);
  assert.equal(split(0).fingerprint, split(undefined).fingerprint);
});

test('a share of 1 and a task of one class are refused in words', () => {
  assert.throws(() => split(1), /labelNoise/);
  const single = { nTasks: 6, scenario: 'class-incremental', labelNoise: 0.1 } as const;
  assert.throws(() => splitScenario(dataset, single), /has one class of 1, so no label of it can be wrong/);
});
