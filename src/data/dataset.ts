import { createHash } from 'node:crypto';
import { problem } from '../utils/errors';
import { describedAs } from './inspect';

/** Images with their labels, as flat arrays without one object per sample. */
export interface ImageSet {
  /** All pixels, [n · width · height], image after image, row after row. Uint8: 0 … 255; Float32: 0 … 1. */
  readonly images: Uint8Array | Float32Array;
  /** The class of each image, 0 … classes−1; [n]. */
  readonly labels: Uint8Array | Int32Array;
}

/** A labelled image data set; scenarios cut it into tasks. Treat its arrays as read-only: they are shared. */
export interface Dataset {
  /** For people and result files, e.g. `MNIST`. */
  readonly name: string;
  /** Training images; validation images are taken from these. */
  readonly train: ImageSet;
  /** Test images, never trained on. */
  readonly test: ImageSet;
  /** Pixels per row. */
  readonly width: number;
  /** Rows per image. */
  readonly height: number;
  /** One name per class; class k is `classNames[k]`. */
  readonly classNames: readonly string[];
  /** Mean that is subtracted from pixels in [0, 1]. */
  readonly mean: number;
  /** Standard deviation that pixels in [0, 1], less the mean, are divided by. */
  readonly std: number;
}

/** Mean and standard deviation of MNIST's training pixels in [0, 1]; used for Fashion-MNIST and synthetic data as well. */
export const MNIST_NORMALISATION = { mean: 0.1307, std: 0.3081 } as const;

/** A reader's own images and labels; see `datasetFromArrays`. */
export interface ImageArrays {
  /** Flat pixels (Uint8Array 0 … 255 or Float32Array 0 … 1, [n · width · height]), or one row of numbers in 0 … 1 per image. */
  images: Uint8Array | Float32Array | readonly ArrayLike<number>[];
  /** The class of each image, whole numbers from 0; [n]. */
  labels: ArrayLike<number>;
}

/** What `datasetFromArrays` takes. */
export interface DatasetArrays {
  /** For people and result files. */
  name: string;
  /** Training images and labels. */
  train: ImageArrays;
  /** Test images and labels. */
  test: ImageArrays;
  /** Pixels per row; for inputs that are no images, the number of features. */
  width: number;
  /** Rows per image; for inputs that are no images, 1. */
  height: number;
  /** One name per class. Default: '0', '1', … up to the largest label. */
  classNames?: readonly string[];
  /** Mean to subtract from pixels in [0, 1]. Default: the mean of the training pixels. */
  mean?: number;
  /** Standard deviation to divide by. Default: that of the training pixels (1 where they are all alike). */
  std?: number;
}

/**
 * Makes a data set from a reader's own arrays, checked: sizes fit, pixels lie in range, labels are whole numbers that
 * have a class. The result goes into `splitScenario`, `permutedScenario` or `rotatedScenario`.
 *
 * @throws when anything does not fit, naming the array, the value and its position
 */
export function datasetFromArrays(given: DatasetArrays): Dataset {
  const { name, width, height } = given;
  if (!(Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0)) {
    throw problem(`data set '${name}'`, `width and height must be whole numbers of at least 1, got ${width} and ${height}`);
  }
  const sets = { train: toImageSet(given.train, width * height), test: toImageSet(given.test, width * height) };
  const largest = Int32Array.from(sets.train.labels).reduce((most, label) => Math.max(most, label), 0);
  const classNames = given.classNames ?? Array.from({ length: largest + 1 }, (_, k) => String(k));
  const measured = given.mean === undefined || given.std === undefined ? pixelStatistics(sets.train.images) : undefined;
  const dataset = {
    name,
    ...sets,
    width,
    height,
    classNames,
    mean: given.mean ?? measured!.mean,
    std: given.std ?? measured!.std,
  };
  return finishDataset(dataset);
}

/** Checks a data set whose arrays have their final types, and gives it a short appearance. Used by every loader of data. */
export function finishDataset(dataset: Dataset): Dataset {
  const subject = `data set '${dataset.name}'`;
  for (const split of ['train', 'test'] as const) checkImageSet(`${subject}, ${split}`, dataset[split], dataset);
  if (!(Number.isFinite(dataset.mean) && Number.isFinite(dataset.std) && dataset.std > 0)) {
    throw problem(subject, `mean must be a number and std a positive one, got ${dataset.mean} and ${dataset.std}`);
  }
  return describedAs(dataset, describeDataset);
}

const hashes = new WeakMap<Dataset, string>();

/** A hash over all that is in a data set, 40 hexadecimal digits; computed once (30 ms for MNIST). */
export function datasetHash(dataset: Dataset): string {
  let hash = hashes.get(dataset);
  if (hash === undefined) {
    const sum = createHash('sha1');
    const { name, width, height, classNames, mean, std } = dataset;
    sum.update(JSON.stringify({ name, width, height, classNames, mean, std }));
    for (const { images, labels } of [dataset.train, dataset.test]) {
      for (const array of [images, labels]) sum.update(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
    }
    hash = sum.digest('hex');
    hashes.set(dataset, hash);
  }
  return hash;
}

function describeDataset({ name, train, test, width, height, classNames }: Dataset): string {
  return `Dataset(${name}: ${train.labels.length} training and ${test.labels.length} test images of ${width}×${height}, ${classNames.length} classes)`;
}

function toImageSet({ images, labels }: ImageArrays, pixels: number): ImageSet {
  // Labels go through Float64, so that 1.5 or -1 is still seen by the check and not rounded or wrapped away.
  const numbers = Float64Array.from(labels);
  const wrong = numbers.findIndex((label) => !Number.isInteger(label) || label < 0);
  if (wrong >= 0) throw problem('labels', `must be whole numbers from 0 on, got ${numbers[wrong]} at position ${wrong}`);
  return { images: flatPixels(images, pixels), labels: Int32Array.from(numbers) };
}

function flatPixels(images: ImageArrays['images'], pixels: number): Uint8Array | Float32Array {
  if (images instanceof Float32Array || images instanceof Uint8Array) return images;
  const flat = new Float32Array(images.length * pixels);
  images.forEach((row, i) => {
    if (row.length !== pixels) throw problem('images', `row ${i} holds ${row.length} numbers, width × height is ${pixels}`);
    flat.set(row, i * pixels);
  });
  return flat;
}

function checkImageSet(subject: string, { images, labels }: ImageSet, { width, height, classNames }: Dataset): void {
  const count = images.length / (width * height);
  if (labels.length === 0) throw problem(subject, 'holds no images', 'give at least one image per class');
  if (count !== labels.length) {
    throw problem(subject, `${count} images of ${width}×${height} but ${labels.length} labels`, 'give one label per image');
  }
  const classes = classNames.length;
  const wrong = labels.findIndex((label: number) => label < 0 || label >= classes);
  if (wrong >= 0) {
    throw problem(
      subject,
      `label ${labels[wrong]} at position ${wrong} is out of range`,
      `labels are 0 to ${classes - 1}, one per class name`,
    );
  }
  if (images instanceof Uint8Array) return;
  const outside = images.findIndex((value) => !(value >= 0 && value <= 1));
  if (outside >= 0) {
    throw problem(
      subject,
      `pixel ${images[outside]} at position ${outside} is outside 0 to 1`,
      'scale to [0, 1], or give 0 to 255 as Uint8Array',
    );
  }
}

function pixelStatistics(images: Uint8Array | Float32Array): { mean: number; std: number } {
  const unit = images instanceof Uint8Array ? 255 : 1;
  let sum = 0;
  for (let i = 0; i < images.length; i++) sum += images[i];
  const mean = sum / images.length;
  let squares = 0; // around the mean: the one-pass formula loses digits
  for (let i = 0; i < images.length; i++) squares += (images[i] - mean) ** 2;
  const std = Math.sqrt(squares / images.length);
  return { mean: mean / unit, std: std > 0 ? std / unit : 1 };
}
