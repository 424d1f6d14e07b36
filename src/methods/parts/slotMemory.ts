import { packed, Variable } from '../../backend';
import type { Kernels, TensorState, Value } from '../../backend';
import type { TaskLoader } from '../../data/loader';
import type { TrainingBatch } from '../../training';
import { checkNumber, isPlainObject, problem, shown } from '../../utils/errors';
import { finiteFloats, naturalNumbers } from './savedNumbers';
import type { Largest } from './savedNumbers';
import { Slots } from './slots';
import type { BufferKind, SlotsState } from './slots';

/** Options of a `SlotMemory`. */
export interface SlotMemoryOptions {
  /** Samples it can hold. */
  readonly capacity: number;
  /** Numbers of an input. */
  readonly inputSize: number;
  /** Which samples it keeps when it is full. */
  readonly kind: BufferKind;
  /** Seed of its random draws. */
  readonly seed: number;
  /** Whether each sample's outputs at the time it was stored are kept, too. */
  readonly logits?: boolean;
}

/** Rows of samples as values. */
export interface StoredRows {
  /** [n, inputSize] */
  readonly x: Value;
  /** int32 [n] */
  readonly y: Value;
  /** int32 [n] */
  readonly task: Value;
  /** The outputs when the sample was stored, [n, outputs now]; 0 in those it had not. */
  readonly logits?: Value;
  /** 1 / number of outputs it had, 0 in the columns of others; [n, outputs now]. */
  readonly weights?: Value;
}

/** A memory as plain JSON. */
export interface SlotMemoryState {
  /** Id of the task that samples are of. */
  task: number;
  /** Outputs that are kept of a sample. */
  width: number;
  /** Which slots are taken, and of what. */
  slots: SlotsState;
  /** Inputs, [size · inputSize]. */
  images: TensorState;
  /** Labels, [size]. */
  labels: TensorState;
  /** Task ids, [size]. */
  tasks: TensorState;
  /** Outputs when stored, [size · width]; null where they are not kept. */
  logits: TensorState | null;
  /** See `StoredRows.weights`; [size · width]. */
  weights: TensorState | null;
}

/**
 * Stored samples on the device that change during training: the host decides (see `Slots`) which row of a batch takes which slot, and
 * the step writes it there, in a recorded step as well. Where nothing is stored yet, what is drawn are rows of the batch itself.
 */
export class SlotMemory {
  /** Which slots are taken, and of what. */
  readonly slots: Slots;
  /** Outputs that are kept of a sample. */
  private width = 0;
  private task = 0;
  private variables: Record<'x' | 'y' | 'task', Variable> & Partial<Record<'logits' | 'weights', Variable>>;

  /** @param subject whose memory it is, for error messages */
  constructor(
    private readonly subject: string,
    private readonly options: SlotMemoryOptions,
  ) {
    if (!isPlainObject(options))
      throw problem(String(subject), `the options are ${shown(options)}`, 'pass { capacity, kind, seed }');
    const { capacity, kind, seed } = options;
    this.slots = new Slots(subject, capacity, kind, seed);
    this.variables = this.empty();
  }

  /** Samples held. */
  get size(): number {
    return this.slots.size;
  }

  /** Samples shown so far. */
  get seen(): number {
    return this.slots.seen;
  }

  /**
   * From now on samples are of this task.
   *
   * @param width how many outputs the network has for it, where outputs are kept
   * @param outputs the network's outputs for inputs [n, inputSize], where all samples go through the same output layer: stored
   *   samples then get what outputs that came since say of them now
   */
  begin(task: number, width = 0, outputs?: (images: Float32Array) => Float32Array): void {
    this.task = task;
    if (!this.options.logits || width <= this.width) return;
    const { capacity } = this.options;
    const now = outputs && this.size > 0 ? outputs(this.content().images) : undefined;
    const [logits, weights] = [new Float32Array(capacity * width), new Float32Array(capacity * width)];
    const old = [this.variables.logits!, this.variables.weights!].map((variable) => variable.data() as Float32Array);
    for (let row = 0; row < this.size; row++) {
      if (now) logits.set(now.subarray(row * width, (row + 1) * width), row * width);
      const [z, w] = old.map((numbers) => numbers.subarray(row * this.width, (row + 1) * this.width));
      logits.set(z, row * width);
      if (now) weights.fill(1 / width, row * width, (row + 1) * width);
      else weights.set(w, row * width);
    }
    this.variables.logits!.set(logits, [capacity, width]);
    this.variables.weights!.set(weights, [capacity, width]);
    this.width = width;
  }

  /** Random slots; see `Slots.draw`. */
  draw(count: number): Int32Array {
    return this.slots.draw(count);
  }

  /** Rows to learn again, as positions for `rows`; of the batch itself while nothing is stored. */
  drawReplay(count: number, batchSize: number): Int32Array {
    if (this.size > 0) return this.slots.draw(count);
    return Int32Array.from({ length: count }, (_, i) => this.options.capacity + (i % batchSize));
  }

  /** Shows the memory the samples of a batch; for each slot the row of `joined` that it holds then, [capacity]. */
  drawInsert(labels: Int32Array): Int32Array {
    const { capacity } = this.options;
    const content = Int32Array.from({ length: capacity }, (_, slot) => slot);
    labels.forEach((label, row) => {
      const slot = this.slots.place(this.task, label);
      if (slot !== undefined) content[slot] = capacity + row;
    });
    return content;
  }

  /**
   * The stored samples and, after them, those of a batch.
   *
   * @param logits the batch's outputs, where they are kept; [n, outputs]
   */
  joined(k: Kernels, { x, y, task, size }: TrainingBatch, logits?: Value): StoredRows {
    const own = typeof task === 'object' ? task : k.tensor(new Int32Array(size).fill(this.task), [size]);
    const both = (name: keyof StoredRows, rows: Value) => k.concat([k.read(this.variables[name]!), rows], 0);
    const plain = { x: both('x', x), y: both('y', y), task: both('task', own) };
    if (!logits) return plain;
    const [, known] = logits.shape;
    const missing = this.width - known;
    const wide = missing > 0 ? k.concat([logits, k.tensor(new Float32Array(size * missing), [size, missing])], 1) : logits;
    const weights = new Float32Array(size * this.width).map((_, i) => (i % this.width < known ? 1 / known : 0));
    return { ...plain, logits: both('logits', wide), weights: both('weights', k.tensor(weights, [size, this.width])) };
  }

  /** The stored samples at these slots. */
  stored(k: Kernels, slots: Value): Pick<StoredRows, 'x' | 'y' | 'task'> {
    const { x, y, task } = this.variables;
    return { x: k.gather(k.read(x), slots), y: k.gather(k.read(y), slots), task: k.gather(k.read(task), slots) };
  }

  /** The rows at these positions of `joined`. */
  rows(k: Kernels, joined: StoredRows, positions: Value): StoredRows {
    return Object.fromEntries(
      Object.entries(joined).map(([name, value]: [string, Value]) => [name, k.gather(value, positions)]),
    ) as unknown as StoredRows;
  }

  /** Makes the rows at these positions of `joined`, one a slot, the content of the memory. */
  write(k: Kernels, joined: StoredRows, positions: Value): void {
    for (const [name, value] of Object.entries(joined) as [keyof StoredRows, Value][]) {
      k.assign(this.variables[name]!, k.gather(value, positions));
    }
  }

  /** Shows the memory all samples of a task, in a random order; for memories that are filled after a task. */
  store(task: number, loader: TaskLoader, order: Int32Array): void {
    this.begin(task);
    const labels = loader.labels();
    const placed = new Map<number, number>();
    for (const sample of order) {
      const slot = this.slots.place(task, labels[sample]);
      if (slot !== undefined) placed.set(slot, sample);
    }
    const { inputSize } = this.options;
    const samples = Int32Array.from(placed.values());
    const { images } = loader.hostData(samples);
    const { x, y, task: tasks } = this.variables;
    const [xs, ys, ts] = [x, y, tasks].map((variable) => variable.data());
    [...placed.keys()].forEach((slot, i) => {
      xs.set(images.subarray(i * inputSize, (i + 1) * inputSize), slot * inputSize);
      ys[slot] = labels[samples[i]];
      ts[slot] = task;
    });
    [x, y, tasks].forEach((variable, i) => variable.set([xs, ys, ts][i]));
  }

  /** The samples held, on the host: inputs [size · inputSize], labels and tasks [size]. */
  content(): { images: Float32Array; labels: Int32Array; tasks: Int32Array } {
    const { x, y, task } = this.variables;
    return {
      images: (x.data() as Float32Array).slice(0, this.size * this.options.inputSize),
      labels: (y.data() as Int32Array).slice(0, this.size),
      tasks: (task.data() as Int32Array).slice(0, this.size),
    };
  }

  /** How many samples of each task it holds. */
  countByTask(): Map<number, number> {
    const counts = new Map<number, number>();
    for (const [key, count] of this.slots.counts()) {
      const task = Number(key.split('/')[0]);
      counts.set(task, (counts.get(task) ?? 0) + count);
    }
    return counts;
  }

  /** All of it as plain JSON. */
  state(): SlotMemoryState {
    const { images, labels, tasks } = this.content();
    const kept = (name: 'logits' | 'weights') => {
      const variable = this.variables[name];
      return variable ? packed((variable.data() as Float32Array).slice(0, this.size * this.width)) : null;
    };
    return {
      task: this.task,
      width: this.width,
      slots: this.slots.state(),
      images: packed(images),
      labels: packed(labels),
      tasks: packed(tasks),
      logits: kept('logits'),
      weights: kept('weights'),
    };
  }

  /**
   * Takes over what `state()` gave.
   *
   * @param largest the largest label and task id that there can be
   * @throws when it is damaged; then nothing changes
   */
  restore(saved: SlotMemoryState, largest: Largest): void {
    const subject = `${this.subject}.restore`;
    const { task, width, slots, images, labels, tasks, logits, weights } = saved ?? ({} as SlotMemoryState);
    checkNumber(subject, 'task', task, { min: 0, max: Math.max(0, largest.task), integer: true });
    checkNumber(subject, 'width', width, { min: 0, integer: true });
    const take = this.slots.restored(slots);
    const size = Object.values(slots.held).flat().length;
    const keeps = this.options.logits === true;
    if ([logits, weights].some((one) => (keeps ? !isPlainObject(one) : one !== null))) {
      throw problem(subject, 'outputs of stored samples are missing', 'the saved state is damaged');
    }
    const kept = [logits, weights].map((one) => one && finiteFloats(subject, 'stored outputs', one, size * width));
    const x = finiteFloats(subject, 'images', images, size * this.options.inputSize);
    const y = naturalNumbers(subject, 'labels', labels, largest.label, size);
    const t = naturalNumbers(subject, 'tasks', tasks, largest.task, size);
    take();
    this.dispose();
    this.task = task;
    this.width = width;
    this.variables = this.empty();
    const fill = (variable: Variable | undefined, numbers: Float32Array | Int32Array | null) => {
      if (!variable || !numbers) return;
      const all = variable.data();
      all.set(numbers);
      variable.set(all);
    };
    const { x: xs, y: ys, task: ts, logits: zs, weights: ws } = this.variables;
    [xs, ys, ts, zs, ws].forEach((variable, i) => fill(variable, [x, y, t, ...kept][i]));
  }

  /** Frees the device memory. */
  dispose(): void {
    for (const variable of Object.values(this.variables)) variable.dispose();
  }

  private empty(): SlotMemory['variables'] {
    const { capacity, inputSize, logits } = this.options;
    const floats = (name: string, columns: number) => new Variable(`memory/${name}`, [capacity, columns]);
    const whole = (name: string) => new Variable(`memory/${name}`, [capacity], new Int32Array(capacity));
    return {
      x: floats('images', inputSize),
      y: whole('labels'),
      task: whole('tasks'),
      ...(logits && { logits: floats('logits', this.width), weights: floats('weights', this.width) }),
    };
  }
}
