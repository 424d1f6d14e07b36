import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blurryScenario, type BlurryOptions } from '../../src/scenarios/blurry';
import { splitScenario } from '../../src/scenarios/split';
import { easyDataset } from '../methods/fixtures';
import { contents, imageKeys, labelCounts } from './fixtures';

const dataset = easyDataset(100); // 6 classes of 100
const stream = (options: BlurryOptions = {}) => blurryScenario(dataset, { nTasks: 3, seed: 1, ...options });

test('a share of each class comes in the other tasks, evenly; together every sample comes once', () => {
  const { trainLoaders, testLoaders, settings } = stream({ blur: 0.1 });
  assert.deepEqual(trainLoaders.map(labelCounts), [
    { 0: 90, 1: 90, 2: 5, 3: 5, 4: 5, 5: 5 },
    { 0: 5, 1: 5, 2: 90, 3: 90, 4: 5, 5: 5 },
    { 0: 5, 1: 5, 2: 5, 3: 5, 4: 90, 5: 90 },
  ]);
  assert.deepEqual(
    trainLoaders.flatMap(imageKeys).sort(),
    splitScenario(dataset, { nTasks: 3 }).trainLoaders.flatMap(imageKeys).sort(),
  );
  assert.deepEqual(testLoaders.map(labelCounts), [{ 0: 20, 1: 20 }, { 2: 20, 3: 20 }, { 4: 20, 5: 20 }]); // prettier-ignore
  assert.equal(settings.blur, 0.1);
});

test('any class may come at any time: all compete from the first task on, and boundaries can be hidden', () => {
  const told = stream();
  for (const { classes, boundaries } of told.tasks) assert.deepEqual([classes, boundaries], [[0, 1, 2, 3, 4, 5], undefined]);
  assert.deepEqual(stream({ boundaries: 'hidden' }).tasks.map(({ boundaries }) => boundaries), ['hidden', 'hidden', 'hidden']); // prettier-ignore
  assert.notEqual(stream({ boundaries: 'hidden' }).trainLoaders[0].taskFingerprint, told.trainLoaders[0].taskFingerprint);
});

test('the same seed gives the same stream, another another; the limit holds before samples are dealt out', () => {
  assert.equal(contents(stream()), contents(stream()));
  assert.notEqual(stream().fingerprint, stream({ seed: 2 }).fingerprint);
  assert.notEqual(contents(stream()), contents(stream({ seed: 2 })));
  assert.deepEqual(
    stream({ limitPerTask: 40, blur: 0.2 }).trainLoaders.map(({ size }) => size),
    [40, 40, 40],
  );
});

test('what cannot be meant is refused in words', () => {
  assert.throws(() => stream({ blur: 0 }), /blur/);
  assert.throws(() => stream({ blur: 1.2 }), /blur/);
  assert.throws(() => stream({ nTasks: 1 }), /no boundary that could be blurry/);
  assert.throws(() => stream({ boundaries: 'none' as never }), /boundaries/);
  assert.throws(() => stream({ scenario: 'task-incremental' } as object), /unknown option 'scenario'/);
});
