import { packed, Variable } from '../../backend';
import type { TensorState } from '../../backend';
import { checkNumber, problem, withDefaults } from '../../utils/errors';
import { getSeed, RandomStream } from '../../utils/random';
import type { RandomState } from '../../utils/random';
import { finiteFloats, naturalNumbers } from './savedNumbers';
import type { Largest } from './savedNumbers';

/** Options of `ReplayBuffer`. */
export interface ReplayBufferOptions {
  /** Numbers per input; default 784. */
  inputSize?: number;
  /** Seed of its random draws; default the one of `setSeed` (42). */
  seed?: number;
}

/** A buffer as plain JSON. */
export interface ReplayBufferState {
  seen: number;
  images: TensorState;
  labels: TensorState;
  tasks: TensorState;
  random: RandomState;
}

const ANY: Largest = { label: Infinity, task: Infinity };

/** Gives inputs [n, inputSize] and labels [n] of the samples with the given numbers. */
export type SampleReader = (samples: Int32Array) => { images: Float32Array; labels: Int32Array };

/**
 * A memory of fixed size that is at any time a uniform sample, without replacement, of everything it was shown
 * (reservoir sampling, Vitter 1985, algorithm R: the n-th item, counting from 1, enters with probability capacity/n and
 * takes a random place).
 */
export class ReplayBuffer {
  /** Samples shown so far. */
  seen = 0;
  /** Inputs on the device, [size, inputSize]; only what is held takes memory. */
  readonly images: Variable;
  /** Labels on the device, int32 [size]. */
  readonly labels: Variable;
  /** Task ids on the device, int32 [size]. */
  readonly tasks: Variable;
  private readonly inputSize: number;
  private readonly random: RandomStream;
  private host: { images: Float32Array; labels: Int32Array; tasks: Int32Array } = {
    images: new Float32Array(0),
    labels: new Int32Array(0),
    tasks: new Int32Array(0),
  };

  /** @param capacity samples it can hold */
  constructor(
    readonly capacity: number,
    options: ReplayBufferOptions = {},
  ) {
    const { inputSize, seed } = withDefaults('ReplayBuffer', options, { inputSize: 784, seed: getSeed() });
    checkNumber('ReplayBuffer', 'capacity', capacity, { min: 1, integer: true });
    checkNumber('ReplayBuffer', 'inputSize', inputSize, { min: 1, integer: true });
    checkNumber('ReplayBuffer', 'seed', seed, { integer: true });
    this.inputSize = inputSize;
    this.random = new RandomStream(seed, 'replay');
    this.images = new Variable('replay/images', [0, inputSize]);
    this.labels = new Variable('replay/labels', [0], new Int32Array(0));
    this.tasks = new Variable('replay/tasks', [0], new Int32Array(0));
  }

  /** Samples held. */
  get size(): number {
    return Math.min(this.seen, this.capacity);
  }

  /**
   * Shows the buffer `count` further samples; it decides which it keeps.
   *
   * @param count how many
   * @param taskId their task
   * @param read gives inputs [n, inputSize] and labels [n] of the samples at the given numbers (0 … count−1); asked once, and
   *   only for the samples that are kept
   */
  add(count: number, taskId: number, read: SampleReader): void {
    const placed = new Map<number, number>(); // place → sample; a later sample may take the place of an earlier one
    for (let sample = 0; sample < count; sample++) {
      const before = this.seen + sample;
      const place = before < this.capacity ? before : this.random.integer(before + 1);
      if (place < this.capacity) placed.set(place, sample);
    }
    if (placed.size > 0) this.store(placed, taskId, read);
    this.seen += count;
  }

  private store(placed: Map<number, number>, taskId: number, read: SampleReader): void {
    const { images, labels } = read(Int32Array.from(placed.values()));
    if (images.length !== placed.size * this.inputSize || labels.length !== placed.size) {
      const reason = `expected ${placed.size} inputs of ${this.inputSize} numbers, got ${images.length} numbers`;
      throw problem('ReplayBuffer', reason, 'make the buffer with the right inputSize');
    }
    const largest = [...placed.keys()].reduce((most, place) => Math.max(most, place), 0);
    this.makeRoom(Math.min(this.capacity, Math.max(this.host.labels.length - 1, largest) + 1));
    [...placed.keys()].forEach((place, i) => {
      this.host.images.set(images.subarray(i * this.inputSize, (i + 1) * this.inputSize), place * this.inputSize);
      this.host.labels[place] = labels[i];
      this.host.tasks[place] = taskId;
    });
    this.upload();
  }

  /** Grows the arrays to `size` samples. */
  private makeRoom(size: number): void {
    if (size <= this.host.labels.length) return;
    const { images, labels, tasks } = this.host;
    this.host = { images: new Float32Array(size * this.inputSize), labels: new Int32Array(size), tasks: new Int32Array(size) };
    this.host.images.set(images);
    this.host.labels.set(labels);
    this.host.tasks.set(tasks);
  }

  private upload(): void {
    const { images, labels, tasks } = this.host;
    this.images.set(images, [labels.length, this.inputSize]);
    this.labels.set(labels, [labels.length]);
    this.tasks.set(tasks, [labels.length]);
  }

  /** All it holds, and where its random draws stand, as plain JSON. */
  state(): ReplayBufferState {
    const { images, labels, tasks } = this.host;
    return {
      seen: this.seen,
      images: packed(images),
      labels: packed(labels),
      tasks: packed(tasks),
      random: this.random.state(),
    };
  }

  /**
   * Takes over what `state()` of a buffer of the same capacity gave.
   *
   * @param largest the largest label and task id that there can be
   * @throws when it is damaged; then nothing changes
   */
  restore({ seen, images, labels, tasks, random }: ReplayBufferState, largest = ANY): void {
    const subject = 'ReplayBuffer.restore';
    checkNumber(subject, 'seen', seen, { min: 0, integer: true });
    const held = Math.min(seen, this.capacity);
    const host = {
      images: finiteFloats(subject, 'images', images, held * this.inputSize),
      labels: naturalNumbers(subject, 'labels', labels, largest.label, held),
      tasks: naturalNumbers(subject, 'tasks', tasks, largest.task, held),
    };
    this.random.restore(random);
    this.seen = seen;
    this.host = host;
    this.upload();
  }

  /**
   * Places of `count` random samples: all different where the buffer holds that many, else drawn with replacement.
   *
   * @throws when the buffer is empty
   */
  draw(count: number): Int32Array {
    if (this.size === 0) throw problem('ReplayBuffer', 'it is empty', 'add samples first');
    if (count <= this.size) return this.random.choice(this.size, count);
    return Int32Array.from({ length: count }, () => this.random.integer(this.size));
  }

  /** `count` random samples on the host: inputs [count, inputSize], labels [count], task ids [count]. See `draw`. */
  sample(count: number): { images: Float32Array; labels: Int32Array; tasks: Int32Array } {
    const places = this.draw(count);
    const images = new Float32Array(count * this.inputSize);
    places.forEach((place, i) =>
      images.set(this.host.images.subarray(place * this.inputSize, (place + 1) * this.inputSize), i * this.inputSize),
    );
    return {
      images,
      labels: places.map((place) => this.host.labels[place]),
      tasks: places.map((place) => this.host.tasks[place]),
    };
  }

  /** How many samples of each task it holds. */
  countByTask(): Map<number, number> {
    const counts = new Map<number, number>();
    for (const task of this.host.tasks.subarray(0, this.size)) counts.set(task, (counts.get(task) ?? 0) + 1);
    return counts;
  }

  /** Frees the device memory. */
  dispose(): void {
    [this.images, this.labels, this.tasks].forEach((variable) => variable.dispose());
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    const tasks = [...this.countByTask()].map(([task, count]) => `${count} of task ${task}`);
    return `ReplayBuffer (${this.size} of ${this.capacity}; ${tasks.join(', ') || 'empty'}; ${this.seen} seen)`;
  }
}
