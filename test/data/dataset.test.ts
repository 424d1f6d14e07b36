import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { checkDataset, datasetHash, finishDataset, shapeInWords, type Dataset } from '../../src/data/dataset';
import { datasetFromArrays } from '../../src/data/fromArrays';
import { datasetFromDomains } from '../../src/data/fromDomains';
import { loadFashionMnist } from '../../src/data/fashionMnist';
import { loadMnist } from '../../src/data/mnist';
import { syntheticDataset } from '../../src/data/synthetic';
import { tinyDataset } from './fixtures';

const images = { images: Float32Array.of(0, 0.5, 1, 0.5, 0, 0.25, 1, 0.75), labels: [0, 1, 0, 1] };
const base = { name: 'mine', train: images, test: images, width: 2, height: 1, mean: 0, std: 1 };

test('the hash of a data set changes with a single input, label, name, shape or domain', () => {
  const pixel = { images: Float32Array.of(0, 0.5, 1, 0.5, 0, 0.25, 1, 0.5), labels: [0, 1, 0, 1] };
  const label = { ...images, labels: [0, 1, 0, 0] };
  const hashes = [{}, { train: pixel }, { test: pixel }, { train: label }, { name: 'other' }, { std: 0.5 }].map((change) =>
    datasetHash(datasetFromArrays({ ...base, ...change })),
  );
  const shaped = [[4, 1, 1], [1, 1, 2], [2]].map((shape) => {
    const { width: _width, height: _height, ...rest } = base;
    const labels = shape[0] === 4 ? [0, 1] : images.labels;
    return datasetHash(datasetFromArrays({ ...rest, shape, train: { ...images, labels }, test: { ...images, labels } }));
  });
  const part = { train: images, test: images };
  const named = ['a', 'b'].map((name) =>
    datasetHash(datasetFromDomains([{ name, ...part }], { width: 2, height: 1, mean: 0, std: 1, name: 'mine' })),
  );
  const all = [...hashes, ...shaped, ...named];
  assert.equal(new Set(all).size, all.length);
  assert.equal(datasetHash(datasetFromArrays(base)), all[0]);
});

test('the hashes of MNIST and Fashion-MNIST, which their checksums stand for, are those of what is in them', () => {
  for (const dataset of [loadMnist(), loadFashionMnist()]) {
    const copy = { ...dataset }; // nothing is known of it
    assert.equal(datasetHash(dataset), datasetHash(copy), dataset.name);
  }
});

test('hashes of images of one channel are those of the version before channels: stored results refer to them', () => {
  const { name, classNames, train, test: testing } = tinyDataset();
  const { width, height, mean, std } = tinyDataset();
  const sum = createHash('sha1').update(JSON.stringify({ name, width, height, classNames, mean: mean[0], std: std[0] }));
  for (const array of [train.inputs, train.labels, testing.inputs, testing.labels]) sum.update(Buffer.from(array.buffer));
  assert.equal(datasetHash(tinyDataset()), sum.digest('hex'));
  assert.equal(datasetHash(loadMnist()), '5574d060f46e6175360c4f68fdeb668fafe5ebd9');
  assert.equal(datasetHash(syntheticDataset({ seed: 42 })), 'b41f395b6bddee1c6e1afc8873a1e72a42a5a45e');
});

test('the internal road of all loaders checks counts, labels and statistics', () => {
  const set = { inputs: Uint8Array.of(1, 2, 3, 4), labels: Uint8Array.of(0, 1) };
  const parts = { name: 'own', train: set, test: set, shape: [1, 2, 1], classNames: ['a', 'b'], mean: 0.5, std: 0.5 };
  assert.deepEqual(finishDataset(parts).std, [0.5]);
  assert.throws(() => finishDataset({ ...parts, classNames: ['a'] }), /own', train: label 1 at position 1 is out of range/);
  assert.throws(() => finishDataset({ ...parts, shape: [1, 1, 1] }), /4 images of 1×1 but 2 labels/);
  assert.throws(() => finishDataset({ ...parts, mean: 128 }), /mean 128 is not one of pixels in 0 to 1/);
});

test('what is no data set is named as such', () => {
  for (const value of [undefined, null, 'mnist', {}, [tinyDataset()]]) {
    assert.throws(
      () => checkDataset('split scenario', value as Dataset),
      /split scenario: the first argument must be a data set, got/,
    );
  }
  checkDataset('split scenario', tinyDataset());
});

test('shapes in words', () => {
  const words = [[28, 20, 1], [32, 32, 3], [7], [1]].map(shapeInWords);
  assert.deepEqual(words, ['20×28', '32×32×3', '7 features', '1 feature']);
});
