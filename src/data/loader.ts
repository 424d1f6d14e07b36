import { checkBoolean, checkChoice, checkNumber, problem, shown, withDefaults } from '../utils/errors';
import { getSeed, RandomStream } from '../utils/random';
import { shapeInWords, sizeOf, unitOf, type Dataset, type SampleSet } from './dataset';
import { loaderIdentity } from './identity';
import { convertInputs, plainScale, standardisingScale, type PixelMap, type Scale } from './pixels';
import type { Task } from './task';

/** Which part of a task's data a loader serves. */
export type Split = 'train' | 'test' | 'validation';

/** What a `TaskLoader` is made of. */
export interface LoaderSettings {
  /** The task the data belongs to. */
  task: Task;
  /** `'train'` and `'validation'` read the data set's training samples, `'test'` its test samples. */
  split: Split;
  /** Where the samples come from. */
  dataset: Dataset;
  /** Positions of the task's samples in that part of the data set, in the loader's stored order. */
  positions: Int32Array;
  /** The label served for each class of the data set. Default: the class itself. */
  labelOf?: ArrayLike<number>;
  /** Labels served in place of those of `labelOf`, by position: label noise. Default: none. */
  relabelled?: ReadonlyMap<number, number>;
  /** Whether training data is served in stored order, epoch after epoch, as it arrives. Default: false, shuffled. */
  inOrder?: boolean;
  /** How the task changes the inputs, e.g. a permutation. Default: not at all. */
  pixelMap?: PixelMap;
  /** Samples per batch. Default: 64. */
  batchSize?: number;
  /** Seed of the training order. Default: `getSeed()`. */
  seed?: number;
}

const DEFAULTS: { [K in keyof Required<LoaderSettings>]: LoaderSettings[K] | undefined } = {
  task: undefined,
  split: undefined,
  dataset: undefined,
  positions: undefined,
  labelOf: undefined,
  relabelled: undefined,
  inOrder: false,
  pixelMap: undefined,
  batchSize: 64,
  seed: undefined,
};

/** One batch as plain arrays. */
export interface Batch {
  /** Standardised inputs, row after row; [n · inputSize]. */
  x: Float32Array;
  /** Labels; [n]. */
  y: Int32Array;
}

/**
 * The samples of one task and split. A loader is lazy: inputs are standardised when something asks for them, and nothing is
 * kept. What lies on the device while a task trains is the trainer's affair (`training/residency`).
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
  private readonly source: SampleSet;
  private readonly positions: Int32Array;
  private readonly labelOf: ArrayLike<number> | undefined;
  private readonly relabelled: ReadonlyMap<number, number> | undefined;
  private readonly inOrder: boolean;
  private readonly pixelMap: PixelMap | undefined;
  private readonly seed: number;
  private readonly scale: Scale;
  private keys: { task: string; data: string } | undefined;

  /** @throws for unknown settings, another split, a task that does not fit the data set, or labels that are not the task's */
  constructor(settings: LoaderSettings) {
    const given = withDefaults<Partial<LoaderSettings>>('TaskLoader', settings, { ...DEFAULTS, seed: getSeed() });
    const { task, split, dataset, positions, labelOf, relabelled, inOrder, pixelMap, batchSize, seed } =
      given as Required<LoaderSettings>;
    checkChoice('TaskLoader', 'split', split, ['train', 'test', 'validation']);
    checkNumber('TaskLoader', 'batchSize', batchSize, { min: 1, integer: true });
    checkNumber('TaskLoader', 'seed', seed, { integer: true });
    checkBoolean('TaskLoader', 'inOrder', inOrder);
    this.task = task;
    this.split = split;
    this.size = positions.length;
    this.batchSize = batchSize;
    this.batchesPerEpoch = Math.ceil(positions.length / batchSize);
    this.dataset = dataset;
    this.source = split === 'test' ? dataset.test : dataset.train;
    this.positions = positions;
    this.labelOf = labelOf;
    this.relabelled = relabelled;
    this.inOrder = inOrder;
    this.pixelMap = pixelMap;
    this.seed = seed;
    const unit = unitOf(this.source.inputs, dataset.shape);
    this.scale = standardisingScale(dataset, unit, pixelMap);
    this.checkFit();
  }

  /**
   * What the task is, 12 hexadecimal digits: the data set, the task's place in the stream and its scenario, classes, labels and
   * pixel map. Equal for the loaders of one task (training, validation, test; whatever their limits), different in a stream of
   * another data set, class order, permutation or angle.
   */
  get taskFingerprint(): string {
    return this.identity().task;
  }

  /** Hash of everything this loader serves, 12 hexadecimal digits: `taskFingerprint`, split, samples, and the seed of their order. */
  get fingerprint(): string {
    return this.identity().data;
  }

  /**
   * The order in which an epoch visits the samples: numbers 0 … size−1. Training data is shuffled, reproducibly from seed,
   * task id and epoch, unless it is served `inOrder`; test and validation data stays in stored order.
   *
   * @param index number of the epoch, from 0
   */
  epoch(index: number): Int32Array {
    checkNumber('TaskLoader', 'epoch', index, { min: 0, integer: true });
    if (this.split !== 'train' || this.inOrder) return Int32Array.from({ length: this.size }, (_, i) => i);
    return new RandomStream(this.seed, `data-order/task ${this.task.id}/epoch ${index}`).permutation(this.size);
  }

  /**
   * Samples in memory: inputs standardised (less the mean, divided by the standard deviation; pixels in [0, 1] before) and
   * labels as served. Computed at each call and not kept.
   *
   * @param samples which samples, as numbers 0 … size−1. Default: all, in stored order
   * @returns images [n · inputSize] row after row, labels [n]
   */
  hostData(samples?: Int32Array): { images: Float32Array; labels: Int32Array } {
    const positions = samples ? samples.map((sample) => this.positionOf(sample)) : this.positions;
    return { images: this.standardised(positions), labels: this.labelsAt(positions) };
  }

  /**
   * Standardised inputs of the samples `start … start+count−1` in stored order, written into `out` [count · inputSize].
   */
  fill(out: Float32Array, start: number, count: number): void {
    this.standardised(this.positions.subarray(start, start + count), out);
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

  /**
   * The first inputs as the task sees them, not standardised: rows of inputSize numbers, pixels in [0, 1], features in their
   * own range. For figures, and for asking a model about raw inputs.
   */
  sampleImages(count: number): Float32Array[] {
    checkNumber('sampleImages', 'count', count, { min: 0, integer: true });
    const positions = this.positions.subarray(0, count);
    const { inputSize } = this.task;
    const scale = plainScale(unitOf(this.source.inputs, this.dataset.shape));
    const flat = convertInputs(this.source.inputs, positions, inputSize, this.pixelMap, scale);
    return Array.from(positions, (_, i) => flat.subarray(i * inputSize, (i + 1) * inputSize));
  }

  /** One line for notebooks and consoles. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    const { task, split, size, batchSize } = this;
    return `TaskLoader(${split}, task ${task.id} '${task.name}': ${size} samples, batches of ${batchSize})`;
  }

  /** Throws unless task, data set, positions and labels belong together. */
  private checkFit(): void {
    const { task, split, dataset, source, positions } = this;
    const subject = 'TaskLoader';
    if (positions.length === 0)
      throw problem(subject, `task ${task.id} (${task.name}) has no ${split} samples`, 'give it at least one');
    if (sizeOf(dataset.shape) !== task.inputSize) {
      const reason = `task ${task.id} has inputs of ${task.inputSize} numbers, data set '${dataset.name}' ${shapeInWords(dataset.shape)}`;
      throw problem(subject, reason, `give the task inputSize: ${sizeOf(dataset.shape)}`);
    }
    const wanted = new Set(task.classes);
    const last = source.labels.length - 1;
    for (const position of positions) {
      if (!(Number.isInteger(position) && position >= 0 && position <= last)) {
        throw problem(subject, `there is no ${split} sample at position ${shown(position)}`, `positions are 0 to ${last}`);
      }
      const label = this.labelAt(position);
      if (wanted.has(label)) continue;
      const reason = `the ${split} sample at position ${position} would be served with label ${shown(label)}, which is not one of task ${task.id}`;
      throw problem(subject, reason, `its classes are ${task.classes.join(', ')}`);
    }
  }

  private identity(): { task: string; data: string } {
    const { task, split, dataset, positions, labelOf, relabelled, inOrder, pixelMap, seed } = this;
    return (this.keys ??= loaderIdentity({ task, split, dataset, positions, labelOf, relabelled, inOrder, pixelMap, seed }));
  }

  private positionOf(sample: number): number {
    if (sample >= 0 && sample < this.size) return this.positions[sample];
    throw problem(
      'TaskLoader',
      `task ${this.task.id} (${this.split}) has no sample ${sample}`,
      `samples are 0 to ${this.size - 1}`,
    );
  }

  private labelAt(position: number): number {
    const changed = this.relabelled?.get(position);
    if (changed !== undefined) return changed;
    const label = this.source.labels[position];
    return this.labelOf ? this.labelOf[label] : label;
  }

  private labelsAt(positions: Int32Array): Int32Array {
    return positions.map((position) => this.labelAt(position));
  }

  private standardised(positions: Int32Array, out?: Float32Array): Float32Array {
    return convertInputs(this.source.inputs, positions, this.task.inputSize, this.pixelMap, this.scale, out);
  }
}
