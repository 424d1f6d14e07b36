import assert from 'node:assert/strict';
import { test } from 'node:test';
import { datasetFromArrays } from '../../src/data/fromArrays';
import { getRotatedMnist } from '../../src/scenarios/mnist';
import { rotatedScenario } from '../../src/scenarios/rotated';
import { tinyDataset } from '../data/fixtures';

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

test('angles that do not fit, and class-incremental, are refused', () => {
  assert.throws(
    () => rotatedScenario(dataset, { nTasks: 3, angles: [0, 90] }),
    /rotated scenario: angles must be 3 numbers, got \[0, 90\]; give one angle per task/,
  );
  assert.throws(() => rotatedScenario(dataset, { angles: [0, NaN] }), /angles must be 2 numbers, got \[0, NaN\]/);
  assert.throws(
    () => rotatedScenario(dataset, { angles: [90, 0, -270] }),
    /angles 90 and -270 are one rotation, so tasks 0 and 2 would be one task; give different angles/,
  );
  assert.throws(() => rotatedScenario(dataset, { scenario: 'class-incremental' }), /is not possible here/);
  assert.notEqual(
    rotatedScenario(dataset, { angles: [0, 90] }).fingerprint,
    rotatedScenario(dataset, { angles: [0, 91] }).fingerprint,
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
