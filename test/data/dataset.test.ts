import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { datasetFromArrays, datasetHash, type DatasetArrays } from '../../src/data/dataset';

/** Four images of 2×1 pixels in two classes. */
function arrays(change: Partial<DatasetArrays> = {}): DatasetArrays {
  const set = { images: Float32Array.of(0, 0.5, 1, 0.5, 0, 0.25, 1, 0.75), labels: [0, 1, 0, 1] };
  return { name: 'mine', train: set, test: set, width: 2, height: 1, ...change };
}

test('arrays of a reader become a data set with computed mean and standard deviation', () => {
  const { mean, std, classNames, train } = datasetFromArrays(arrays());
  assert.equal(mean, 0.5);
  assert.ok(Math.abs(std - Math.sqrt(1.125 / 8)) < 1e-12);
  assert.deepEqual(classNames, ['0', '1']);
  assert.deepEqual([...train.labels], [0, 1, 0, 1]);
});

test('bytes are scaled to 0 … 1 before mean and standard deviation are taken', () => {
  const bytes = { images: Uint8Array.of(0, 255, 255, 0), labels: [0, 1] };
  const { mean, std } = datasetFromArrays(arrays({ train: bytes, test: bytes }));
  assert.deepEqual([mean, std], [0.5, 0.5]);
});

test('given statistics and class names are kept, and constant pixels get standard deviation 1', () => {
  const named = datasetFromArrays(arrays({ mean: 0.1, std: 0.2, classNames: ['left', 'right', 'none'] }));
  assert.deepEqual([named.mean, named.std, named.classNames[2]], [0.1, 0.2, 'none']);
  const flat = { images: new Float32Array(4).fill(0.5), labels: [0, 1] };
  assert.equal(datasetFromArrays(arrays({ train: flat })).std, 1);
});

test('one row of numbers per image gives the same data set as flat pixels', () => {
  const rows = {
    images: [
      [0, 0.5],
      [1, 0.5],
      [0, 0.25],
      [1, 0.75],
    ],
    labels: Int32Array.of(0, 1, 0, 1),
  };
  assert.equal(datasetHash(datasetFromArrays(arrays({ train: rows, test: rows }))), datasetHash(datasetFromArrays(arrays())));
});

test('arrays that do not fit are refused with the place and the remedy', () => {
  const set = arrays().train;
  const train = (change: object) => ({ train: { ...set, ...change } as DatasetArrays['train'] });
  const cases: [Partial<DatasetArrays>, RegExp][] = [
    [train({ labels: [0, 1, 0] }), /data set 'mine', train: 4 images of 2×1 but 3 labels; give one label per image/],
    [train({ images: new Float32Array(7) }), /3\.5 images of 2×1 but 4 labels/],
    [train({ images: Float32Array.of(0, 1, 0, 2, 0, 0, 0, 0) }), /pixel 2 at position 3 is outside 0 to 1; scale/],
    [train({ images: new Float32Array(8).fill(NaN) }), /pixel NaN at position 0/],
    [train({ images: [[1, 0], [1]] }), /images: row 1 holds 1 numbers, width × height is 2/],
    [train({ labels: [0, 1, -1, 1] }), /whole numbers from 0 on, got -1 at position 2/],
    [train({ labels: [0, 1, 0.5, 1] }), /whole numbers from 0 on, got 0.5 at position 2/],
    [{ classNames: ['only'] }, /label 1 at position 1 is out of range; labels are 0 to 0/],
    [{ test: { images: set.images, labels: [0, 1, 2, 1] } }, /test: label 2 at position 2 is out of range/],
    [{ train: { images: new Float32Array(0), labels: [] } }, /holds no images/],
    [{ std: 0 }, /std a positive one/],
    [{ width: 0 }, /width and height must be whole numbers/],
  ];
  for (const [change, message] of cases) assert.throws(() => datasetFromArrays(arrays(change)), { message });
});

test('the hash of a data set changes with a single pixel, label or name', () => {
  const hash = (change: Partial<DatasetArrays>) => datasetHash(datasetFromArrays(arrays({ mean: 0, std: 1, ...change })));
  const pixel = { images: Float32Array.of(0, 0.5, 1, 0.5, 0, 0.25, 1, 0.5), labels: [0, 1, 0, 1] };
  const label = { ...arrays().train, labels: [0, 1, 0, 0] };
  const all = [hash({}), hash({ train: pixel }), hash({ test: pixel }), hash({ train: label }), hash({ name: 'other' })];
  assert.equal(new Set(all).size, all.length);
  assert.equal(hash({}), hash({}));
});

test('a data set prints as one line', () => {
  assert.equal(inspect(datasetFromArrays(arrays())), 'Dataset(mine: 4 training and 4 test images of 2×1, 2 classes)');
});
