import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import { checkNumber, problem } from '../utils/errors';
import { getSeed, RandomStream } from '../utils/random';
import { datasetHash } from './dataset';
import type { Dataset, ImageSet } from './dataset';
import { convertPixels, type PixelMap } from './pixels';
import type { Task } from './task';

/** Which part of a task's data a loader serves. */
export type Split = 'train' | 'test' | 'validation';

/** What a `TaskLoader` is made of. */
export interface LoaderSettings {
  /** The task the data belongs to. */
  task: Task;
  /** `'train'` and `'validation'` read the data set's training images, `'test'` its test images. */
  split: Split;
  /** Where the images come from. */
  dataset: Dataset;
  /** Positions of the task's images in that part of the data set, in the loader's stored order. */
  positions: Int32Array;
  /** The label served for each class of the data set. Default: the class itself. */
  labelOf?: ArrayLike<number>;
  /** How the task changes the images, e.g. a permutation. Default: not at all. */
  pixelMap?: PixelMap;
  /** Samples per batch. Default: 64. */
  batchSize?: number;
  /** Seed of the training order. Default: `getSeed()`. */
  seed?: number;
}

/** One batch as plain arrays. */
export interface Batch {
  /** Normalised inputs, row after row; [n · inputSize]. */
  x: Float32Array;
  /** Labels; [n]. */
  y: Int32Array;
}

/**
 * The images and labels of one task and split. A loader is lazy: pixels are converted when something asks for them, and
 * nothing is kept. What lies on the device while a task trains is the trainer's affair (`training/residency`).
 */
export class TaskLoader {
  /** The task the data belongs to. */
  readonly task: Task;
  /** Which part of the task's data this is. */
  readonly split: Split;
  /** Number of samples. */
  readonly size: number;
  /** Samples per batch; the last batch of an epoch holds what is left. */
  readonly batchSize: number;
  /** Batches per epoch, the smaller last one included (as PyTorch's DataLoader). */
  readonly batchesPerEpoch: number;

  private readonly dataset: Dataset;
  private readonly source: ImageSet;
  private readonly positions: Int32Array;
  private readonly labelOf: ArrayLike<number> | undefined;
  private readonly pixelMap: PixelMap | undefined;
  private readonly seed: number;
  private readonly fingerprints: { task?: string } = {};

  constructor({ task, split, dataset, positions, labelOf, pixelMap, batchSize = 64, seed = getSeed() }: LoaderSettings) {
    checkNumber('TaskLoader', 'batchSize', batchSize, { min: 1, integer: true });
    checkNumber('TaskLoader', 'seed', seed, { integer: true });
    if (positions.length === 0)
      throw problem('TaskLoader', `task ${task.id} (${task.name}) has no ${split} samples`, 'give it at least one');
    this.task = task;
    this.split = split;
    this.size = positions.length;
    this.batchSize = batchSize;
    this.batchesPerEpoch = Math.ceil(positions.length / batchSize);
    this.dataset = dataset;
    this.source = split === 'test' ? dataset.test : dataset.train;
    this.positions = positions;
    this.labelOf = labelOf;
    this.pixelMap = pixelMap;
    this.seed = seed;
  }

  /**
   * Which task this is, whatever the split: a hash over the data set, the labels it serves, and how it changes the inputs, 12
   * hexadecimal digits. Training and test data of a task have the same; a task of another stream has another.
   */
  get taskFingerprint(): string {
    this.fingerprints.task ??= hashOf(this.dataset, this.task, this.labelOf, this.pixelMap);
    return this.fingerprints.task;
  }

  /**
   * The order in which an epoch visits the samples: numbers 0 … size−1. Training data is shuffled, reproducibly from seed,
   * task id and epoch; test and validation data stays in stored order.
   *
   * @param index number of the epoch, from 0
   */
  epoch(index: number): Int32Array {
    if (this.split !== 'train') return Int32Array.from({ length: this.size }, (_, i) => i);
    return new RandomStream(this.seed, `data-order/task ${this.task.id}/epoch ${index}`).permutation(this.size);
  }

  /**
   * Samples in memory: images normalised (pixels in [0, 1], less the mean, divided by the standard deviation) and labels as
   * served. Computed at each call and not kept.
   *
   * @param samples which samples, as numbers 0 … size−1. Default: all, in stored order
   * @returns images [n · inputSize] row after row, labels [n]
   */
  hostData(samples?: Int32Array): { images: Float32Array; labels: Int32Array } {
    const positions = samples ? samples.map((sample) => this.positionOf(sample)) : this.positions;
    return { images: this.normalised(positions), labels: this.labelsAt(positions) };
  }

  /**
   * Normalised inputs of the samples `start … start+count−1` in stored order, written into `out` [count · inputSize].
   */
  fill(out: Float32Array, start: number, count: number): void {
    this.normalised(this.positions.subarray(start, start + count), out);
  }

  /** The labels of all samples, in stored order; [size]. */
  labels(): Int32Array {
    return this.labelsAt(this.positions);
  }

  /**
   * The batches of an epoch, for a training loop of your own:
   * `for (const { x, y } of loader.batches(epoch)) { … model.lossAndGradients(x, y, loader.task.id) … }`.
   *
   * @param epoch number of the epoch, from 0; decides the order of training data. Default: 0
   */
  *batches(epoch = 0): Generator<Batch, void, undefined> {
    const order = this.epoch(epoch);
    for (let start = 0; start < this.size; start += this.batchSize) {
      const { images, labels } = this.hostData(order.subarray(start, start + this.batchSize));
      yield { x: images, y: labels };
    }
  }

  /** The batches of epoch 0; see `batches`. */
  [Symbol.iterator](): Generator<Batch, void, undefined> {
    return this.batches();
  }

  /** The first images as the task sees them, for figures: rows of inputSize numbers in [0, 1], not normalised. */
  sampleImages(count: number): Float32Array[] {
    checkNumber('sampleImages', 'count', count, { min: 0, integer: true });
    const positions = this.positions.subarray(0, count);
    const flat = this.pixels(positions, 1, 0);
    return Array.from(positions, (_, i) => flat.subarray(i * this.task.inputSize, (i + 1) * this.task.inputSize));
  }

  /** One line for notebooks and consoles. */
  [inspect.custom](): string {
    const { task, split, size, batchSize } = this;
    return `TaskLoader(${split}, task ${task.id} '${task.name}': ${size} samples, batches of ${batchSize})`;
  }

  private positionOf(sample: number): number {
    if (sample >= 0 && sample < this.size) return this.positions[sample];
    throw problem(
      'TaskLoader',
      `task ${this.task.id} (${this.split}) has no sample ${sample}`,
      `samples are 0 to ${this.size - 1}`,
    );
  }

  private labelsAt(positions: Int32Array): Int32Array {
    return positions.map((position) => {
      const label = this.source.labels[position];
      return this.labelOf ? this.labelOf[label] : label;
    });
  }

  private normalised(positions: Int32Array, out?: Float32Array): Float32Array {
    const { mean, std } = this.dataset;
    return this.pixels(positions, 1 / std, -mean / std, out);
  }

  /** Images at these positions of the data set; `factor` and `offset` apply to pixels in [0, 1]. */
  private pixels(positions: Int32Array, factor: number, offset: number, out?: Float32Array): Float32Array {
    const { images } = this.source;
    const unit = images instanceof Uint8Array ? 255 : 1;
    return convertPixels(images, positions, this.task.inputSize, this.pixelMap, factor / unit, offset, out);
  }
}

function hashOf(dataset: Dataset, task: Task, labelOf: ArrayLike<number> | undefined, pixelMap: PixelMap | undefined): string {
  const { id, scenario, classes, classNames } = task;
  const sum = createHash('sha1').update(JSON.stringify([datasetHash(dataset), id, scenario, classes, classNames]));
  if (labelOf) sum.update(Array.from(labelOf).join());
  for (const [name, value] of Object.entries(pixelMap ?? {}))
    sum.update(name).update(ArrayBuffer.isView(value) ? bytesOf(value) : String(value));
  return sum.digest('hex').slice(0, 12);
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);
}
