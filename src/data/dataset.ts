import { createHash } from 'node:crypto';
import { problem, shown } from '../utils/errors';
import { describedAs } from './inspect';
import { isBytes } from './typeName';

/** Inputs with their labels, as flat arrays without one object per sample. */
export interface SampleSet {
  /**
   * All inputs, [n · inputs], row after row. Images: pixel after pixel, channel last; Uint8 0 … 255 or Float32 0 … 1.
   * Features: any finite numbers.
   */
  readonly inputs: Uint8Array | Float32Array | Float64Array;
  /** The class of each sample, 0 … classes−1; [n]. */
  readonly labels: Uint8Array | Int32Array;
}

/**
 * What the inputs of a data set, task or model are and how they are standardised, as plain JSON: input x of channel or
 * feature c goes into the model as (x − mean[c]) / std[c]. Images are taken as pixels in 0 … 1 (bytes divided by 255).
 */
export interface InputDescription {
  /** [height, width, channels] for images, else [features]. */
  readonly shape: readonly number[];
  /** What is subtracted; one number per channel or feature. */
  readonly mean: readonly number[];
  /** What is divided by then; one number per channel or feature. */
  readonly std: readonly number[];
  /** For data from a table: the columns that the features come from, in order. */
  readonly columns?: readonly FeatureColumn[];
}

/** A column of a table as features: one number, or one 0 or 1 per category. */
export type FeatureColumn =
  | { readonly name: string; readonly kind: 'number' | 'boolean' }
  | { readonly name: string; readonly kind: 'category'; readonly categories: readonly string[] };

/** The domain or period of each sample, for `domainScenario`. */
export interface Domains {
  /** Names of the domains, e.g. `Q1 2025`, in the order they are to be learnt. */
  readonly names: readonly string[];
  /** The domain of each training sample, 0 … domains−1. */
  readonly train: Int32Array;
  /** The domain of each test sample. */
  readonly test: Int32Array;
}

/** A labelled data set; scenarios cut it into tasks. Treat its arrays as read-only: they are shared. */
export interface Dataset extends InputDescription {
  /** For people and result files, e.g. `MNIST`. */
  readonly name: string;
  /** Training samples; validation samples are taken from these. */
  readonly train: SampleSet;
  /** Test samples, never trained on. */
  readonly test: SampleSet;
  /** Pixels per row of an image; the number of features where the inputs are no images. */
  readonly width: number;
  /** Rows per image; 1 where the inputs are no images. */
  readonly height: number;
  /** One name per class; class k is `classNames[k]`. */
  readonly classNames: readonly string[];
  /** What task names call classes whose own names are mere digits, e.g. `digits`. Default: `classes`. */
  readonly classKind?: string;
  /** Which domain or period each sample belongs to, where that is known. */
  readonly domains?: Domains;
}

/** Mean and standard deviation of MNIST's training pixels in [0, 1]; used for Fashion-MNIST and synthetic data as well. */
export const MNIST_NORMALISATION = { mean: 0.1307, std: 0.3081 } as const;

/** Numbers per input: height · width · channels, or the number of features. */
export const sizeOf = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1);

/** Whether a shape is that of images, [height, width, channels]. */
export const isImage = (shape: readonly number[]) => shape.length === 3;

/** How many means and standard deviations a shape asks for: one per channel or feature. */
export const channelsOf = (shape: readonly number[]) => shape[shape.length - 1];

/** What raw numbers are divided by first: 255 where images are stored as bytes. */
export const unitOf = (inputs: ArrayLike<number>, shape: readonly number[]) => (isImage(shape) && isBytes(inputs) ? 255 : 1);

type Parts = Omit<Dataset, 'width' | 'height' | 'mean' | 'std'> & {
  mean: number | readonly number[];
  std: number | readonly number[];
};

const hashes = new WeakMap<Dataset, string>();

/**
 * Checks a data set whose arrays have their final types, and gives it a short appearance. Used by every loader of data.
 *
 * @param knownHash its `datasetHash`, where checksums of its files have said already what is in it: 45 ms less at every start
 */
export function finishDataset(parts: Parts, knownHash?: string): Dataset {
  const subject = `data set '${parts.name}'`;
  const { shape } = parts;
  const [height, width] = isImage(shape) ? shape : [1, shape[0]];
  for (const split of ['train', 'test'] as const) checkSampleSet(`${subject}, ${split}`, parts[split], parts);
  const dataset: Dataset = {
    ...parts,
    width,
    height,
    mean: perChannel(subject, 'mean', parts.mean, shape),
    std: perChannel(subject, 'std', parts.std, shape),
  };
  if (knownHash !== undefined) hashes.set(dataset, knownHash);
  return describedAs(dataset, describeDataset);
}

/** Throws unless the value is a data set; for the first argument of scenarios, which may come from plain JavaScript. */
export function checkDataset(subject: string, value: unknown): asserts value is Dataset {
  const { train, test, shape, classNames } = (value ?? {}) as Partial<Dataset>;
  if (train?.inputs && train.labels && test?.inputs && test.labels && Array.isArray(shape) && Array.isArray(classNames)) return;
  const remedy = 'make one with loadMnist, datasetFromArrays or datasetFromTable';
  throw problem(subject, `the first argument must be a data set, got ${shown(value)}`, remedy);
}

/** A hash over all that is in a data set, 40 hexadecimal digits; computed once (30 ms for MNIST). */
export function datasetHash(dataset: Dataset): string {
  let hash = hashes.get(dataset);
  if (hash === undefined) {
    const { domains } = dataset;
    const sum = createHash('sha1');
    sum.update(JSON.stringify(headOf(dataset)));
    const arrays = [dataset.train.inputs, dataset.train.labels, dataset.test.inputs, dataset.test.labels];
    if (domains) arrays.push(domains.train, domains.test);
    for (const array of arrays) sum.update(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
    hash = sum.digest('hex');
    hashes.set(dataset, hash);
  }
  return hash;
}

/** What goes into the hash beside the arrays; for images of one channel as it was before there were channels. */
function headOf({ name, shape, width, height, classNames, mean, std, columns, domains }: Dataset): object {
  if (isImage(shape) && shape[2] === 1 && !domains) return { name, width, height, classNames, mean: mean[0], std: std[0] };
  return { name, shape, classNames, mean, std, columns, domains: domains?.names };
}

/** `28×28` for images of one channel, `32×32×3`, `7 features`. */
export function shapeInWords(shape: readonly number[]): string {
  if (!isImage(shape)) return `${shape[0]} ${shape[0] === 1 ? 'feature' : 'features'}`;
  const [height, width, channels] = shape;
  return `${width}×${height}${channels === 1 ? '' : `×${channels}`}`;
}

function describeDataset({ name, train, test, shape, classNames, domains }: Dataset): string {
  const what = isImage(shape) ? 'images' : 'samples';
  const parts = [
    `${train.labels.length} training and ${test.labels.length} test ${what} of ${shapeInWords(shape)}`,
    `${classNames.length} classes`,
    ...(domains ? [`${domains.names.length} domains`] : []),
  ];
  return `Dataset(${name}: ${parts.join(', ')})`;
}

/** Throws unless there are samples, and as many inputs as labels. */
export function checkCount(subject: string, { inputs, labels }: SampleSet, shape: readonly number[]): void {
  const count = inputs.length / sizeOf(shape);
  const one = isImage(shape) ? 'image' : 'input';
  if (labels.length === 0) throw problem(subject, `holds no ${one}s`, `give at least one ${one} per class`);
  if (count === labels.length) return;
  const reason = `${count} ${one}s of ${shapeInWords(shape)} but ${labels.length} labels`;
  throw problem(subject, reason, `give one label per ${one}`);
}

function checkSampleSet(subject: string, set: SampleSet, { shape, classNames }: Parts): void {
  checkCount(subject, set, shape);
  const { labels } = set;
  const classes = classNames.length;
  const wrong = labels.findIndex((label: number) => label < 0 || label >= classes);
  if (wrong < 0) return;
  const reason = `label ${labels[wrong]} at position ${wrong} is out of range`;
  throw problem(subject, reason, `labels are 0 to ${classes - 1}, one per class name`);
}

/** One mean or standard deviation per channel or feature, in units of the inputs. */
function perChannel(subject: string, name: 'mean' | 'std', given: unknown, shape: readonly number[]): number[] {
  const channels = channelsOf(shape);
  const each = isImage(shape) ? 'channel' : 'feature';
  const list = Array.isArray(given) ? (given as unknown[]) : new Array<unknown>(channels).fill(given);
  if (list.length !== channels) {
    throw problem(subject, `${name} has ${list.length} numbers for ${channels} ${each}s`, `give one number, or one per ${each}`);
  }
  const wrong = list.findIndex((value) => !(Number.isFinite(value) && (name === 'mean' || (value as number) > 0)));
  if (wrong >= 0) {
    const wanted = name === 'mean' ? 'a number' : 'a positive number';
    throw problem(subject, `${name} must be ${wanted} for each ${each}, got ${shown(list[wrong])} for ${each} ${wrong}`);
  }
  const outside = isImage(shape) ? list.findIndex((value) => !((value as number) >= 0 && (value as number) <= 1)) : -1;
  if (outside >= 0) {
    const reason = `${name} ${shown(list[outside])} is not one of pixels in 0 to 1`;
    throw problem(subject, reason, 'divide mean and std by 255 where they were taken from bytes');
  }
  return list as number[];
}
