import assert from 'node:assert/strict';
import { test } from 'node:test';
import { datasetFromArrays } from '../../src/data/fromArrays';
import { planRun } from '../../src/experiments';
import { getRotatedMnist } from '../../src/scenarios/mnist';
import { rotatedScenario } from '../../src/scenarios/rotated';
import type { TaskLoader } from '../../src/data/loader';
import { tinyDataset } from '../data/fixtures';
import { labelCounts } from './fixtures';

const dataset = tinyDataset();

test('angles are evenly spaced from 0 to below 180 unless given', () => {
  assert.deepEqual(rotatedScenario(dataset).settings.angles, [0, 36, 72, 108, 144]);
  const given = rotatedScenario(dataset, { angles: [0, 90] });
  assert.deepEqual(
    given.tasks.map((task) => task.name),
    ['rotated by 0°', 'rotated by 90°'],
  );
  assert.deepEqual(rotatedScenario(dataset, { nTasks: 3 }).settings.angles, [0, 60, 120]);
});

test('tasks have names of their own: a third decimal where two would be alike', () => {
  const names = (angles: number[]) => rotatedScenario(dataset, { angles }).tasks.map(({ name }) => name);
  assert.deepEqual(names([0, 1.234, 90]), ['rotated by 0°', 'rotated by 1.23°', 'rotated by 90°']);
  assert.deepEqual(names([0, 1.231, 1.234]), ['rotated by 0°', 'rotated by 1.231°', 'rotated by 1.234°']);
  assert.deepEqual(names([0, 0.001, 360.002]), ['rotated by 0°', 'rotated by 0.001°', 'rotated by 360.002°']);
});

test('a task rotated by 0 or 360° serves the images unchanged, by 90° transposed and flipped', () => {
  const loadersOf = (angles: number[]) => rotatedScenario(dataset, { angles }).trainLoaders;
  const [plain, full, quarter] = [...loadersOf([0]), ...loadersOf([360, 90])].map((loader) => loader.hostData().images);
  assert.deepEqual(full, plain);
  for (let k = 0; k < quarter.length; k++) {
    const [image, row, column] = [Math.floor(k / 16), Math.floor((k % 16) / 4), k % 4];
    assert.ok(Math.abs(quarter[k] - plain[image * 16 + column * 4 + 3 - row]) < 1e-6);
  }
});

test('Rotated-MNIST: black corners come out as a normalised black pixel', () => {
  const { trainLoaders, scenario } = getRotatedMnist({ angles: [45], limitPerTask: 10 });
  assert.equal(scenario, 'domain-incremental');
  assert.ok(Math.abs(trainLoaders[0].hostData().images[0] - -0.1307 / 0.3081) < 1e-6);
});

test('angles that do not fit, and unknown scenarios, are refused', () => {
  assert.throws(
    () => rotatedScenario(dataset, { nTasks: 3, angles: [0, 90] }),
    /rotated scenario: angles must be 3 numbers, got \[0, 90\]; give one angle per task or 'random'/,
  );
  assert.throws(() => rotatedScenario(dataset, { angles: [0, NaN] }), /angles must be 2 numbers, got \[0, NaN\]/);
  assert.throws(
    () => rotatedScenario(dataset, { angles: [90, 0, -270] }),
    /angles 90 and -270 are one rotation, so tasks 0 and 2 would be one task; give different angles/,
  );
  const pairs: [number[], string][] = [
    [[0, 1e-9], 'angles 0 and 1e-9 are'],
    [[5, 0, 359.9999], 'angles 0 and 359\\.9999 are one rotation, so tasks 1 and 2'],
    [[0.0009, 90, 0], 'angles 0\\.0009 and 0 are one rotation, so tasks 0 and 2'],
  ];
  for (const [angles, words] of pairs) assert.throws(() => rotatedScenario(dataset, { angles }), new RegExp(words));
  assert.throws(
    () => rotatedScenario(dataset, { nTasks: 200_000 }),
    /angles 0 and 0\.0009 are one rotation, .*; give .* by 0\.001° or/,
  );
  assert.throws(() => rotatedScenario(dataset, { scenario: 'classes' as never }), /scenario 'classes' is not possible here/);
  assert.notEqual(
    rotatedScenario(dataset, { angles: [0, 90] }).fingerprint,
    rotatedScenario(dataset, { angles: [0, 91] }).fingerprint,
  );
});

test('class-incremental: each class at each angle is a class of its own, with the same images', () => {
  const [arriving, shared] = (['class-incremental', 'domain-incremental'] as const).map((scenario) =>
    rotatedScenario(dataset, { angles: [0, 30], scenario, limitPerTask: 20 }),
  );
  assert.deepEqual(
    arriving.tasks.map(({ classes, classNames }) => [classes[0], classes[9], classNames[9]]),
    [
      [0, 9, '9 (rotated by 0°)'],
      [10, 19, '9 (rotated by 30°)'],
    ],
  );
  const [own, other] = [arriving, shared].map(({ trainLoaders }) => trainLoaders[1].hostData());
  assert.deepEqual(own.images, other.images);
  assert.deepEqual(
    own.labels,
    other.labels.map((label) => 10 + label),
  );
});

test('images with channels turn channel by channel; features and images of one row are refused', () => {
  const colours = { images: Uint8Array.from({ length: 4 * 12 }, (_, k) => 5 * k), labels: [0, 1, 0, 1] };
  const part = { train: colours, test: colours };
  const { trainLoaders, tasks } = rotatedScenario(datasetFromArrays({ name: 'own', shape: [2, 2, 3], ...part }), {
    angles: [0, 180],
  });
  const [plain, turned] = trainLoaders.map((loader) => [...loader.sampleImages(1)[0]]);
  assert.deepEqual(
    turned,
    [3, 2, 1, 0].flatMap((pixel) => plain.slice(3 * pixel, 3 * pixel + 3)),
  );
  assert.deepEqual([tasks[1].inputShape, tasks[1].inputSize, tasks[1].inputs!.mean.length], [[2, 2, 3], 12, 3]);
  const row = datasetFromArrays({ name: 'own', shape: [1, 12, 1], ...part });
  assert.throws(() => rotatedScenario(row), /rotated scenario: images of 12×1 have one row or column, .*; use permutedScenario/);
  const table = datasetFromArrays({ name: 'own', shape: [12], ...part });
  assert.throws(
    () => rotatedScenario(table),
    /inputs of data set 'own' are 12 features, no images that could be turned; use permuted/,
  );
});

test("'random' draws the angle of task t of n from its own share of 180°, by the seed", () => {
  const angles = (seed: number) => rotatedScenario(dataset, { nTasks: 20, angles: 'random', seed }).settings.angles as number[];
  const first = angles(1);
  first.forEach((angle, t) => assert.ok(angle >= 9 * t && angle < 9 * (t + 1), `task ${t}: ${angle}`));
  assert.ok(new Set(first.map((angle, t) => angle - 9 * t)).size > 15, 'each is drawn by itself');
  assert.deepEqual(angles(1), first);
  assert.notDeepEqual(angles(2), first);
  assert.equal(rotatedScenario(dataset, { angles: 'random' }).tasks.length, 5);
  assert.throws(() => rotatedScenario(dataset, { angles: 'even' as never }), /angles must be 4 numbers, got 'even'/);
});

test('ownSamples where no limit leaves anything out is the stream without it, its fingerprint and id included', () => {
  const plain = rotatedScenario(dataset, { seed: 1 });
  const size = plain.trainLoaders[0].size;
  assert.equal(rotatedScenario(dataset, { seed: 1, ownSamples: true }).fingerprint, plain.fingerprint);
  const limited = (limitPerTask: number, ownSamples?: boolean) => rotatedScenario(dataset, { seed: 1, limitPerTask, ownSamples });
  assert.equal(limited(size, true).fingerprint, limited(size).fingerprint);
  assert.notEqual(limited(size - 10, true).fingerprint, limited(size - 10).fingerprint);
  const id = (more: object) =>
    planRun({ stream: { name: 'permuted-mnist', nTasks: 2, ...more }, method: { name: 'naive' }, seed: 1 }).id;
  assert.equal(id({ ownSamples: true }), id({}));
  assert.notEqual(id({ ownSamples: true, limitPerTask: 100 }), id({ limitPerTask: 100 }));
});

test('with ownSamples each task draws the images of its limit by itself, balanced; else all use the same', () => {
  const options = { angles: [0, 90, 180], limitPerTask: 50, seed: 1 };
  const shares = (more: object) => {
    const { trainLoaders, testLoaders } = rotatedScenario(dataset, { ...options, ...more });
    testLoaders.forEach((loader) => assert.equal(loader.size, 50));
    trainLoaders.forEach((loader) => assert.deepEqual(new Set(Object.values(labelCounts(loader))), new Set([5])));
    const [first, ...others] = trainLoaders.map((loader) => roundedKeys(loader));
    return others.map((keys) => keys.filter((key) => first.includes(key)).length);
  };
  assert.deepEqual(shares({}), [50, 50]);
  for (const common of shares({ ownSamples: true })) assert.ok(common > 0 && common < 35, `${common} of 50`); // 12.5 on average
  assert.throws(() => rotatedScenario(dataset, { ownSamples: true, validationFraction: 0.2 }), /could be trained on in another/);
  assert.throws(() => rotatedScenario(dataset, { ownSamples: 1 as never }), /ownSamples/);
  assert.notEqual(rotatedScenario(dataset, { ...options, ownSamples: true }).fingerprint, rotatedScenario(dataset, options).fingerprint); // prettier-ignore
});

/** The images of a loader as texts that quarter turns do not change. */
function roundedKeys(loader: TaskLoader): string[] {
  return loader.sampleImages(loader.size).map((row) =>
    Array.from(row, (value) => value.toFixed(3))
      .sort()
      .join(),
  );
}
