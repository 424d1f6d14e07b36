import assert from 'node:assert/strict';
import { test } from 'node:test';
import { datasetFromArrays, loadMnist, withPixels } from '../../src/data';
import { getSplitMnist } from '../../src/scenarios';
import { planRun } from '../../src/experiments';
import { tinyDataset } from './fixtures';

test("unit pixels are served as they are, bytes as 0 … 1; nothing changes for 'standardised' and no frame", () => {
  const dataset = tinyDataset();
  assert.equal(withPixels(dataset), dataset);
  assert.equal(withPixels(dataset, { pixels: 'standardised', pad: 0 }), dataset);
  const unit = withPixels(dataset, { pixels: 'unit' });
  assert.deepEqual([unit.mean, unit.std, unit.train.inputs], [[0], [1], dataset.train.inputs]);
  assert.equal(withPixels(dataset, { pixels: 'unit' }), unit, 'made once');
  const served = getSplitMnist({ pixels: 'unit', limitPerTask: 20 }).trainLoaders[0].hostData().images;
  assert.deepEqual([Math.min(...served), Math.max(...served)], [0, 1]);
  const standardised = getSplitMnist({ limitPerTask: 20 }).trainLoaders[0].hostData().images;
  served.forEach((value, i) => assert.ok(Math.abs((value - 0.1307) / 0.3081 - standardised[i]) < 1e-5));
});

test('a frame of black pixels around each image, channel by channel', () => {
  const images = { images: Uint8Array.from({ length: 2 * 12 }, (_, k) => k + 1), labels: [0, 1] };
  const dataset = datasetFromArrays({ name: 'own', shape: [2, 2, 3], train: images, test: images });
  const { shape, width, height, train, test: tested } = withPixels(dataset, { pad: 1 });
  assert.deepEqual([shape, width, height], [[4, 4, 3], 4, 4]);
  const row = (...pixels: number[]) => [0, 0, 0, ...pixels, 0, 0, 0];
  const black = Array<number>(12).fill(0);
  const second = [...black, ...row(13, 14, 15, 16, 17, 18), ...row(19, 20, 21, 22, 23, 24), ...black];
  assert.deepEqual([...train.inputs].slice(48), second);
  assert.deepEqual(tested.inputs, train.inputs);
});

test('mean and deviation count the frame: on 32×32 MNIST they are those of Hsu et al. 2018', () => {
  const { mean, std, shape } = withPixels(loadMnist(), { pad: 2 });
  assert.deepEqual(shape, [32, 32, 1]);
  assert.ok(Math.abs(mean[0] - 0.1) < 1e-4 && Math.abs(std[0] - 0.2752) < 1e-4, `${mean[0]} ${std[0]}`);
  const dataset = tinyDataset();
  const padded = withPixels(dataset, { pad: 3 });
  const first = withPixels(dataset, { pad: 3, pixels: 'unit' });
  assert.deepEqual([first.mean, first.std, first.train.inputs], [[0], [1], padded.train.inputs]);
});

test('a data set made so already: what is not named stays, frames add up, standardised takes back unit', () => {
  const dataset = loadMnist();
  const unit = withPixels(dataset, { pixels: 'unit' });
  const framed = withPixels(unit, { pad: 2 });
  assert.deepEqual([framed.mean, framed.std, framed.shape], [[0], [1], [32, 32, 1]]);
  assert.equal(framed, withPixels(dataset, { pixels: 'unit', pad: 2 }));
  assert.equal(withPixels(unit, { pixels: 'standardised' }), dataset);
  assert.equal(withPixels(framed, { pixels: 'standardised' }), withPixels(dataset, { pad: 2 }));
  assert.equal(withPixels(unit), unit);
  assert.equal(withPixels(withPixels(dataset, { pad: 1 }), { pad: 1 }), withPixels(dataset, { pad: 2 }));
  assert.equal(withPixels(withPixels(dataset, { pad: 2 }), { pixels: 'unit' }), framed);
});

test('a frame changes nothing about pixels that the data set itself serves as they are', () => {
  const images = { images: Uint8Array.from({ length: 8 }, (_, k) => 30 * k), labels: [0, 1] };
  const dataset = datasetFromArrays({ name: 'own', shape: [2, 2, 1], mean: 0, std: 1, train: images, test: images });
  const { mean, std } = withPixels(dataset, { pad: 1 });
  assert.deepEqual([mean, std], [[0], [1]]);
});

test('a frame with which the images do not fit into memory is refused in words', () => {
  assert.throws(
    () => getSplitMnist({ pad: 1000 }),
    /withPixels: 60000 images of 2028×2028 do not fit into memory; use a pad smaller than 1000/,
  );
});

test('specs name them; without them a run is the run it was', () => {
  const run = (more: object) =>
    planRun({ stream: { name: 'split-mnist', limitPerTask: 20, ...more }, method: { name: 'naive' }, seed: 1 });
  const [plain, same, unit, padded] = [{}, { pixels: 'standardised', pad: 0 }, { pixels: 'unit' }, { pad: 2 }].map(run);
  assert.ok(!('pixels' in plain.spec.stream) && !('pad' in plain.spec.stream));
  assert.equal(same.id, plain.id);
  assert.equal(new Set([plain, unit, padded].map(({ id }) => id)).size, 3);
  assert.deepEqual([unit.spec.stream.pixels, padded.spec.stream.pad], ['unit', 2]);
});

test('what cannot be meant is refused', () => {
  const dataset = tinyDataset();
  assert.throws(() => withPixels(dataset, { pixels: 'bytes' as never }), /withPixels: pixels/);
  for (const pad of [-1, 0.5, '2' as never]) assert.throws(() => withPixels(dataset, { pad }), /withPixels: pad/);
  assert.throws(() => withPixels(dataset, { padding: 2 } as never), /unknown option 'padding'/);
  assert.throws(() => withPixels(null as never), /the first argument must be a data set/);
  assert.throws(() => getSplitMnist(null as never), /options must be an object/);
  const rows = { inputs: [[1], [2]], labels: [0, 1] };
  const features = datasetFromArrays({ name: 'features', shape: [1], train: rows, test: rows } as never);
  assert.equal(withPixels(features), features);
  assert.throws(() => withPixels(features, { pixels: 'unit' }), /inputs of data set 'features' are no images/);
});
