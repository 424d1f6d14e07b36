import { backend } from '../../backend';
import type { Kernels, Value } from '../../backend';
import type { Task } from '../../data/task';
import type { Model } from '../../models';
import { CLTrainer } from '../../training';
import type { MethodNeeds, StepGradients, TrainerOptions, TrainingBatch, TrainingData } from '../../training';
import { checkNumber, problem } from '../../utils/errors';
import { largestOf } from './savedNumbers';
import { SlotMemory } from './slotMemory';
import type { SlotMemoryState, StoredRows } from './slotMemory';
import type { BufferKind } from './slots';

/** Options of methods that fill a memory step by step and learn from it at every step. */
export interface StepReplayOptions {
  /** Samples the memory holds, over all tasks; default 1000. */
  capacity: number;
  /** Stored samples per new sample; default 1: as many as the batch has. */
  replayRatio: number;
  /** Which samples a full memory keeps: `'reservoir'` (default), `'ring'`, `'class-balanced'` or `'greedy'`; see `BufferKind`. */
  buffer: BufferKind;
}

/** Defaults of `StepReplayOptions`. */
export const STEP_REPLAY_DEFAULTS: StepReplayOptions = { capacity: 1000, replayRatio: 1, buffer: 'reservoir' };

/** Throws where a batch would bring no stored sample along. */
export function checkReplay(subject: string, replayRatio: number, batchSize: number): void {
  if (replayRatio === 0 || Math.round(batchSize * replayRatio) > 0) return;
  throw problem(
    subject,
    `replayRatio ${replayRatio} of a batch of ${batchSize} is less than one stored sample, so nothing would be replayed`,
    `use at least ${0.5 / batchSize}, or larger batches`,
  );
}

/**
 * What methods have in common that show each batch to a memory and learn from samples drawn from it before. They write `loss`, call
 * `replayed` in it once for the stored samples, and say what they need.
 */
export abstract class StepReplay<Own extends object = {}> extends CLTrainer<StepReplayOptions & Own> {
  static override readonly recordable: boolean = true;
  static override readonly needs: MethodNeeds = {
    storedSamples: true,
    mixedBatches: true,
    memory: 'stored samples',
  };
  /** The memory. */
  readonly memory: SlotMemory;
  /** Draws of stored samples a step. */
  protected readonly drawsPerStep: number = 1;
  private joined: StoredRows | undefined;

  /**
   * @param ownDefaults the method's own options with their defaults
   * @param logits whether each sample's outputs at the time it was stored are kept, too
   */
  constructor(
    model: Model,
    options: Partial<TrainerOptions & StepReplayOptions & Own>,
    ownDefaults: StepReplayOptions & Own,
    logits = false,
  ) {
    super(model, options, ownDefaults);
    const { name } = this.constructor;
    const { capacity, replayRatio, buffer, seed } = this.options;
    checkNumber(name, 'replayRatio', replayRatio, { min: 0, max: 1000 });
    this.requireMixedBatches();
    this.memory = new SlotMemory(name, { capacity, inputSize: model.inputSize, kind: buffer, seed, logits });
  }

  protected override beginTask(task: Task, { batchSize }: TrainingData): void {
    checkReplay(this.constructor.name, this.options.replayRatio, batchSize);
    const taskId = this.taskIdOf(task);
    const shared = (images: Float32Array) => this.outputsOf(images, undefined);
    this.memory.begin(task.id, this.outputs(task), taskId === undefined ? shared : undefined);
  }

  protected override draws(batchSize: number, labels: Int32Array): Record<string, Int32Array> {
    const count = this.replayCount(batchSize);
    const replay = Array.from({ length: count > 0 ? this.drawsPerStep : 0 }, (_, i): [string, Int32Array] => [
      `replay${i}`,
      this.memory.drawReplay(count, batchSize),
    ]);
    return { ...Object.fromEntries(replay), insert: this.memory.drawInsert(labels) };
  }

  /** Stored samples of a draw. */
  protected replayCount(batchSize: number): number {
    return Math.round(batchSize * this.options.replayRatio);
  }

  /**
   * The stored samples of each draw of this step; call it once in `loss`. Before anything is stored they are rows of the batch itself.
   *
   * @param logits the outputs of the batch, where the memory keeps them
   */
  protected replayed(k: Kernels, batch: TrainingBatch, logits?: Value): StoredRows[] {
    const joined = this.memory.joined(k, batch, logits && k.stopGradient(logits));
    this.joined = joined;
    const draws = Object.keys(batch.drawn).filter((name) => name.startsWith('replay'));
    return draws.map((name) => this.memory.rows(k, joined, batch.drawn[name]));
  }

  /** The model's outputs for stored samples, each through the output of its own task. */
  protected logitsOf(k: Kernels, { x, task }: StoredRows, batch: TrainingBatch): Value {
    return this.model.logits(k, x, batch.task === undefined ? undefined : task);
  }

  protected override afterStep(_gradients: StepGradients, batch: TrainingBatch): void {
    this.memory.write(this.k, this.joined!, batch.drawn.insert);
  }

  override dispose(): void {
    super.dispose();
    this.memory.dispose();
  }

  protected override memoryState(): SlotMemoryState {
    return this.memory.state();
  }

  protected override restoreMemory(state: SlotMemoryState): void {
    this.memory.restore(state, largestOf(this.model));
  }

  /** Outputs of the model for a task. */
  private outputs(task: Task): number {
    return this.outputsOf(new Float32Array(task.inputSize), this.taskIdOf(task)).length;
  }

  /** The model's outputs for inputs [n, inputSize], row after row. */
  private outputsOf(images: Float32Array, task: number | undefined): Float32Array {
    const { kernels: k, scope, toHost, dispose } = backend();
    const { inputSize } = this.model;
    const logits = scope(() => this.model.logits(k, k.tensor(images, [images.length / inputSize, inputSize]), task));
    const numbers = Float32Array.from(toHost(logits));
    dispose(logits);
    return numbers;
  }
}
