import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { runInNewContext } from 'node:vm';
import type { DatasetArrays, SampleArrays } from '../../src/data/assemble';
import { datasetHash } from '../../src/data/dataset';
import { datasetFromArrays } from '../../src/data/fromArrays';

/** Four images of 2×1 pixels in two classes. */
function arrays(change: Partial<DatasetArrays> = {}): DatasetArrays {
  const set = { images: Float32Array.of(0, 0.5, 1, 0.5, 0, 0.25, 1, 0.75), labels: [0, 1, 0, 1] };
  return { name: 'mine', train: set, test: set, width: 2, height: 1, ...change };
}

/** Two samples of two features. */
function features(
  change: Partial<DatasetArrays> = {},
  inputs: unknown = [
    [20, -3e6],
    [40, 1e6],
  ],
  labels: unknown = [0, 1],
): DatasetArrays {
  const set = { inputs, labels } as SampleArrays;
  return { name: 'mine', train: set, test: set, ...change };
}

test('arrays of a user become a data set with computed mean and standard deviation', () => {
  const { mean, std, classNames, train, shape, width, height } = datasetFromArrays(arrays());
  assert.deepEqual(mean, [0.5]);
  assert.ok(Math.abs(std[0] - Math.sqrt(1.125 / 8)) < 1e-12);
  assert.deepEqual([classNames, shape, width, height], [['0', '1'], [1, 2, 1], 2, 1]);
  assert.deepEqual([...train.labels], [0, 1, 0, 1]);
});

test('bytes are scaled to 0 … 1 before mean and standard deviation are taken', () => {
  const bytes = { images: Uint8Array.of(0, 255, 255, 0), labels: [0, 1] };
  const { mean, std } = datasetFromArrays(arrays({ train: bytes, test: bytes }));
  assert.deepEqual([mean, std], [[0.5], [0.5]]);
});

test('features of any range: mean and standard deviation of each, from the training samples only', () => {
  const other = { inputs: [[1e9, 1e9]], labels: [1] };
  const { shape, mean, std, train } = datasetFromArrays(features({ test: other }));
  assert.deepEqual([shape, mean, std], [[2], [30, -1e6], [10, 2e6]]);
  assert.deepEqual([...train.inputs], [20, -3e6, 40, 1e6], 'as given, and precise: Float64');
  const bytes = datasetFromArrays(features({ shape: [1] }, Uint8Array.of(200, 100)));
  assert.deepEqual([bytes.mean, bytes.std], [[150], [50]], 'bytes are plain numbers where they are no pixels');
});

test('images with channels: mean and standard deviation per channel', () => {
  const set = { images: Uint8Array.of(0, 51, 255, 255, 51, 0), labels: [0] };
  const { mean, std } = datasetFromArrays({ name: 'colours', shape: [1, 2, 3], train: set, test: set });
  assert.deepEqual(
    [mean, std],
    [
      [0.5, 0.2, 0.5],
      [0.5, 1, 0.5],
    ],
  );
});

test('given statistics and class names are kept, and constant inputs get standard deviation 1', () => {
  const named = datasetFromArrays(arrays({ mean: 0.1, std: 0.2, classNames: ['left', 'right', 'none'] }));
  assert.deepEqual([named.mean, named.std, named.classNames[2]], [[0.1], [0.2], 'none']);
  const each = datasetFromArrays(features({ mean: [25, 0], std: [5, 1e6] }));
  assert.deepEqual(
    [each.mean, each.std],
    [
      [25, 0],
      [5, 1e6],
    ],
  );
  const constant = datasetFromArrays(
    features(
      {},
      [
        [0.1, 1],
        [0.1, 2],
        [0.1, 3],
      ],
      [0, 1, 0],
    ),
  );
  assert.deepEqual([constant.mean[0], constant.std[0]], [0.1, 1], 'not the rounding error of a mean');
});

test('every form of the same numbers gives the same data set', () => {
  const values = [0, 1, 1, 0];
  const forms: unknown[] = [
    [
      [0, 1],
      [1, 0],
    ],
    [Float64Array.of(0, 1), Float32Array.of(1, 0)],
    values,
    ...[Float32Array, Float64Array, Int32Array, Uint16Array].map((Type) => Type.from(values)),
    runInNewContext('Float32Array.of(0, 1, 1, 0)'), // as from a worker or a virtual context: instanceof is false for it
  ];
  const make = (images: unknown) => datasetFromArrays(arrays({ train: { images, labels: [0, 1] } as SampleArrays }));
  const [first, ...others] = forms.map((form) => datasetHash(make(form)));
  for (const [i, hash] of others.entries()) assert.equal(hash, first, `form ${i + 1}`);
  const byteForms = [
    Uint8Array.of(0, 255, 255, 0),
    Uint8ClampedArray.of(0, 255, 255, 0),
    [Uint8Array.of(0, 255), Uint8ClampedArray.of(255, 0)],
  ];
  const [bytes, ...rest] = byteForms.map((form) => datasetHash(make(form)));
  assert.deepEqual(rest, [bytes, bytes]);
});

test('labels may be BigInt', () => {
  const set = { images: new Float32Array(4), labels: BigInt64Array.of(1n, 0n) };
  assert.deepEqual([...datasetFromArrays(arrays({ train: set })).train.labels], [1, 0]);
  assert.deepEqual([...datasetFromArrays(arrays({ train: { ...set, labels: [0n, 1n] } })).train.labels], [0, 1]);
});

test('what is no number, no label or out of range is refused with its value and place, never taken for 0', () => {
  const set = arrays().train;
  const train = (change: object) => arrays({ train: { ...set, ...change } as SampleArrays });
  const cases: [DatasetArrays, RegExp][] = [
    [
      train({ images: Float32Array.of(0, 1, 0, 2, 0, 0, 0, 0) }),
      /mine', train: pixel 2 at position 3 is outside 0 to 1; scale .* shape: \[2\] for features/,
    ],
    [train({ images: new Float32Array(8).fill(NaN) }), /position 0 holds NaN, which is no number; fill it in/],
    [train({ images: [[1, 0], [1]] }), /row 1 holds 1 numbers instead of 2/],
    [train({ images: [[1, 0], 1] }), /row 1 is 1; give 2 numbers/],
    [train({ images: [[1, 0], Uint8Array.of(1, 0)] }), /1 of 2 rows are bytes, the others are not/],
    [train({ images: BigInt64Array.of(0n) }), /inputs cannot be taken from a value of type BigInt64Array/],
    [train({ images: new Map() }), /inputs cannot be taken from a value of type Map; give a typed array/],
    [train({ images: { 0: 1 } }), /inputs cannot be taken from \{ '0': 1 \}/],
    [train({ labels: 'ab' }), /labels cannot be taken from 'ab'/],
    [
      features({}, [
        [1, 2],
        [3, Infinity],
      ]),
      /row 1, column 1 holds Infinity, which is not finite/,
    ],
    [features({ shape: [2] }, Float64Array.of(1, 2, 3, NaN)), /row 1, column 1 holds NaN/],
  ];
  for (const missing of [null, '', '7', false, undefined]) {
    cases.push([
      features({}, [
        [1, 2],
        [3, missing],
      ]),
      new RegExp(`row 1, column 1 holds ${missing === '' || missing === '7' ? `'${missing}'` : missing}, which is no number`),
    ]);
  }
  cases.push([features({}, [[1, 2], , [3, 4]], [0, 1, 0]), /row 1 is undefined/]);
  for (const [label, shown] of [
    [null, 'null'],
    ['', "''"],
    ['cat', "'cat'"],
    [[], '\\[\\]'],
    [2 ** 32, '4294967296'],
    [-1, '-1'],
    [0.5, '0.5'],
    [true, 'true'],
  ]) {
    cases.push([
      train({ labels: [0, 1, label, 1] }),
      new RegExp(`labels must be whole numbers from 0 on, got ${shown as string} at position 2; number`),
    ]);
  }
  for (const [given, message] of cases) assert.throws(() => datasetFromArrays(given), { message });
});

test('arrays that do not fit each other are refused with the remedy', () => {
  const set = arrays().train;
  const cases: [DatasetArrays, RegExp][] = [
    [
      arrays({ train: { ...set, labels: [0, 1, 0] } }),
      /data set 'mine', train: 4 images of 2×1 but 3 labels; give one label per image/,
    ],
    [arrays({ train: { ...set, images: new Float32Array(7) } }), /3\.5 images of 2×1 but 4 labels/],
    [arrays({ classNames: ['only'] }), /label 1 at position 1 is out of range; labels are 0 to 0/],
    [arrays({ classNames: ['same', 'same'] }), /classes 0 and 1 have the same name, 'same'/],
    [arrays({ test: { ...set, labels: [0, 1, 2, 1] } }), /test: label 2 at position 2 is out of range/],
    [arrays({ train: { images: new Float32Array(0), labels: [] } }), /holds no images/],
    [features({}, [], []), /flat inputs do not say how many numbers belong together; give shape/],
    [arrays({ std: 0 }), /std must be a positive number for each channel, got 0 for channel 0/],
    [features({ std: [1, NaN] }), /std must be a positive number for each feature, got NaN for feature 1/],
    [features({ mean: [1] }), /mean has 1 numbers for 2 features; give one number, or one per feature/],
    [arrays({ mean: 33.3, std: 78.6 }), /mean 33\.3 is not one of pixels in 0 to 1; divide mean and std by 255/],
    [arrays({ std: 78.6 }), /std 78\.6 is not one of pixels in 0 to 1/],
    [arrays({ width: 0 }), /width and height must be whole numbers of at least 1, got 0 and 1/],
    [arrays({ width: '2' as never }), /got '2' and 1/],
    [arrays({ shape: [2] }), /shape and width or height are given/],
    [
      features({ shape: [1, 2] }),
      /shape must be \[features\] or \[height, width, channels\], got \[1, 2\]; grey images have 1 channel/,
    ],
    [features({}, Float32Array.of(1, 2)), /give shape: \[features\] or \[height, width, channels\]/],
    [arrays({ name: '' }), /name is empty/],
    [{ ...arrays(), classnames: ['a', 'b'] } as never, /unknown option 'classnames'; known options: name, train/],
    [arrays({ train: { ...set, lables: [] } as never }), /unknown option 'lables'/],
    [arrays({ train: { ...set, inputs: set.images } }), /there are inputs and images; give inputs or images/],
    [arrays({ train: { labels: [0] } }), /there are no inputs/],
    [arrays({ train: null as never }), /options must be an object of named values, got null/],
  ];
  for (const [given, message] of cases) assert.throws(() => datasetFromArrays(given), { message });
});

test('labels with gaps need class names: which labels there are, and what to do', () => {
  const labelled = (labels: number[], change = {}) =>
    datasetFromArrays(
      features(
        change,
        labels.map((_, i) => [i, -i]),
        labels,
      ),
    );
  const say = (labels: number[], message: RegExp) => assert.throws(() => labelled(labels), { message });
  say(
    [10, 11, 12, 13],
    /training labels are 10, 11, 12, 13, but no sample has label 0; number the classes from 0 \(here: label − 10\)/,
  );
  say(
    [0, 1, 3],
    /no sample has label 2; number the classes from 0 without gaps, or give classNames with a name for every number/,
  );
  say([0, 20260101], /training labels are 0, 20260101, but no sample has label 1/);
  assert.deepEqual(labelled([0, 1, 3], { classNames: ['a', 'b', 'c', 'd'] }).classNames, ['a', 'b', 'c', 'd']);
});

test('a data set prints as one line', () => {
  assert.equal(inspect(datasetFromArrays(arrays())), 'Dataset(mine: 4 training and 4 test images of 2×1, 2 classes)');
  assert.equal(inspect(datasetFromArrays(features())), 'Dataset(mine: 2 training and 2 test samples of 2 features, 2 classes)');
});
