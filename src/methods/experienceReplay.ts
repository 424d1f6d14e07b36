import type { Kernels, Value, Variable } from '../backend';
import type { TaskLoader } from '../data/loader';
import type { Task } from '../data/task';
import { meanCrossEntropy } from '../models';
import type { Model } from '../models';
import { checkChoice, checkNumber } from '../utils/errors';
import { RandomStream } from '../utils/random';
import type { RandomState } from '../utils/random';
import { ACTIVE_OUTPUTS, amongActive } from './parts/activeOutputs';
import type { ActiveOutputs } from './parts/activeOutputs';
import { ReplayBuffer } from './parts/replayBuffer';
import type { ReplayBufferState } from './parts/replayBuffer';
import { largestOf } from './parts/savedNumbers';
import { SlotMemory } from './parts/slotMemory';
import type { SlotMemoryState, StoredRows } from './parts/slotMemory';
import type { BufferKind } from './parts/slots';
import { checkReplay } from './parts/stepReplay';
import { CLTrainer } from '../training';
import type { MethodNeeds, StepGradients, TrainerOptions, TrainingBatch, TrainingData } from '../training';
import type { MethodEntry } from './entry';

/** Options of `ExperienceReplay` beyond those of every method. */
export interface ExperienceReplayOptions {
  /** Samples the memory holds, over all tasks; default 1000. */
  capacity: number;
  /** Stored samples per new sample; default 0.5: 32 stored ones join a batch of 64 new ones. */
  replayRatio: number;
  /** Which samples a full memory keeps: `'reservoir'` (default), `'ring'`, `'class-balanced'` or `'greedy'`; see `BufferKind`. */
  buffer: BufferKind;
  /**
   * When samples enter the memory: `'after-task'` (default), each once, which needs task boundaries; or `'every-step'`, each batch as it
   * comes, which needs none.
   */
  fill: 'after-task' | 'every-step';
  /** Which outputs compete in a sample's loss, where the task id is hidden: `'all'` (default), `'seen'` or `'task'`; see `ActiveOutputs`. */
  activeOutputs: ActiveOutputs;
}

/** Defaults of `ExperienceReplayOptions`. */
export const EXPERIENCE_REPLAY_DEFAULTS: ExperienceReplayOptions = {
  capacity: 1000,
  replayRatio: 0.5,
  buffer: 'reservoir',
  fill: 'after-task',
  activeOutputs: 'all',
};

/**
 * Experience replay (Ratcliff 1990; Chaudhry et al. 2019, "tiny episodic memories") with a reservoir: stored samples of
 * earlier tasks are learnt again along with each new batch. The loss is the plain mean over new and stored samples together.
 *
 * Differs from Chaudhry et al. by default: a task's samples enter the reservoir after the task (each once, whatever the number of
 * epochs), so what is replayed is always of earlier tasks; the first task trains without replay. With `fill: 'every-step'` each batch
 * enters as it comes, as in Chaudhry et al.; a later epoch shows the memory the same samples again.
 */
export class ExperienceReplay extends CLTrainer<ExperienceReplayOptions> {
  static override readonly recordable: boolean = true;
  static override readonly needs: MethodNeeds = {
    taskBoundaries: true,
    storedSamples: true,
    mixedBatches: true,
    memory: 'stored samples',
  };
  override readonly method = 'er';
  /** The memory. */
  readonly buffer: ReplayBuffer | SlotMemory;
  /** The order in which a task's samples are shown to a memory that is no reservoir. */
  private readonly order: RandomStream;
  private joined: StoredRows | undefined;
  /** The tasks of the stored samples of this step. */
  private storedTasks: Value | undefined;

  /**
   * @param model the network to train; a multi-head network answers stored samples with the head of their own task
   * @param options `{capacity: 1000, replayRatio: 0.5, buffer: 'reservoir', fill: 'after-task', activeOutputs: 'all', lr, momentum, epochs, seed}`
   */
  constructor(model: Model, options: Partial<TrainerOptions & ExperienceReplayOptions> = {}) {
    super(model, options, EXPERIENCE_REPLAY_DEFAULTS);
    checkNumber('ExperienceReplay', 'capacity', this.options.capacity, { min: 1, integer: true });
    checkNumber('ExperienceReplay', 'replayRatio', this.options.replayRatio, { min: 0, max: 1000 });
    this.requireMixedBatches();
    checkChoice('ExperienceReplay', 'buffer', this.options.buffer, ['reservoir', 'ring', 'class-balanced', 'greedy']);
    checkChoice('ExperienceReplay', 'activeOutputs', this.options.activeOutputs, ACTIVE_OUTPUTS);
    checkChoice('ExperienceReplay', 'fill', this.options.fill, ['after-task', 'every-step']);
    const { capacity, buffer: kind, fill, seed } = this.options;
    const { inputSize } = model;
    this.order = new RandomStream(seed, 'replay order');
    this.buffer =
      kind === 'reservoir' && fill === 'after-task'
        ? new ReplayBuffer(capacity, { inputSize, seed })
        : new SlotMemory('ExperienceReplay', { capacity, inputSize, kind, seed });
  }

  protected override beginTask(task: Task, { batchSize }: TrainingData): void {
    checkReplay('ExperienceReplay', this.options.replayRatio, batchSize);
    if (this.buffer instanceof SlotMemory) this.buffer.begin(task.id);
  }

  protected override draws(batchSize: number, labels: Int32Array): Record<string, Int32Array> {
    const { buffer, stepwise } = this;
    const count = Math.round(batchSize * this.options.replayRatio);
    if (stepwise) {
      const replay: [string, Int32Array][] = count > 0 ? [['replay', stepwise.drawReplay(count, batchSize)]] : [];
      return { ...Object.fromEntries(replay), insert: stepwise.drawInsert(labels) };
    }
    return buffer.size === 0 || count === 0 ? {} : { replay: buffer.draw(count) };
  }

  protected override composeBatch(batch: TrainingBatch): TrainingBatch {
    const { k, stepwise } = this;
    const places = batch.drawn.replay;
    this.storedTasks = undefined;
    this.joined = stepwise?.joined(k, batch);
    if (!places) return batch;
    const stored = this.joined ? stepwise!.rows(k, this.joined, places) : this.storedAt(places);
    const own = batch.task;
    this.storedTasks = stored.task;
    return {
      ...batch,
      x: k.concat([batch.x, stored.x], 0),
      y: k.concat([batch.y, stored.y], 0),
      task:
        typeof own !== 'number' ? own : k.concat([k.tensor(new Int32Array(batch.size).fill(own), [batch.size]), stored.task], 0),
      size: batch.size + places.shape[0],
    };
  }

  protected override loss(k: Kernels, batch: TrainingBatch): Value {
    const { activeOutputs } = this.options;
    if (activeOutputs === 'all' || batch.task !== undefined) return super.loss(k, batch);
    const fresh = batch.size - (this.storedTasks?.shape[0] ?? 0);
    const own = k.tensor(new Int32Array(fresh).fill(this.taskInTraining!), [fresh]);
    const tasks = this.storedTasks ? k.concat([own, this.storedTasks], 0) : own;
    const logits = this.model.logits(k, batch.x, undefined);
    return meanCrossEntropy(k, amongActive(k, logits, this.model, activeOutputs, tasks), batch.y);
  }

  protected override afterStep(_gradients: StepGradients, batch: TrainingBatch): void {
    if (this.joined) this.stepwise!.write(this.k, this.joined, batch.drawn.insert);
  }

  protected override endTask(task: Task, loader: TaskLoader): void {
    const { buffer } = this;
    if (buffer instanceof ReplayBuffer) buffer.add(loader.size, task.id, (samples) => loader.hostData(samples));
    else if (!this.stepwise) buffer.store(task.id, loader, this.order.permutation(loader.size));
  }

  protected override memoryState(): object {
    const { buffer } = this;
    return buffer instanceof ReplayBuffer ? buffer.state() : { memory: buffer.state(), order: this.order.state() };
  }

  protected override restoreMemory(state: object): void {
    const { buffer } = this;
    const largest = largestOf(this.model);
    if (buffer instanceof ReplayBuffer) return buffer.restore(state as ReplayBufferState, largest);
    const { memory, order } = state as KeptSlots;
    new RandomStream(0).restore(order);
    buffer.restore(memory, largest);
    this.order.restore(order);
  }

  /** A memory that is filled after each task has to know when that is. */
  override get needs(): MethodNeeds {
    return { ...ExperienceReplay.needs, taskBoundaries: this.options.fill === 'after-task' };
  }

  /** The stored samples at these places. */
  private storedAt(places: Value): Pick<StoredRows, 'x' | 'y' | 'task'> {
    const { k, buffer } = this;
    if (buffer instanceof SlotMemory) return buffer.stored(k, places);
    const at = (variable: Variable) => k.gather(k.read(variable), places);
    return { x: at(buffer.images), y: at(buffer.labels), task: at(buffer.tasks) };
  }

  /** The memory, where it is filled step by step. */
  private get stepwise(): SlotMemory | undefined {
    return this.options.fill === 'every-step' && this.buffer instanceof SlotMemory ? this.buffer : undefined;
  }

  override dispose(): void {
    super.dispose();
    this.buffer.dispose();
  }
}

/** What a memory with slots keeps, as plain JSON. */
interface KeptSlots {
  memory: SlotMemoryState;
  order: RandomState;
}

/** What the library knows of the method. */
export const er: MethodEntry = {
  name: 'er',
  label: 'ER',
  paper: 'Chaudhry et al. 2019, tiny episodic memories',
  tested: 'the reservoir holds each sample with equal chance; ring and class-balanced memories; which samples are drawn',
  style: { color: '#E69F00', symbol: 'diamond' },
  create: (model, options) => new ExperienceReplay(model, options),
  needs: ExperienceReplay.needs,
  relativeCost: 1,
  why: 'stored samples are learnt again',
  useWhen: 'a small sample of old data may be kept; the simplest thing to try in every scenario',
  breaksWhen: 'no data may be kept, or the memory holds only a handful of samples a class',
  ruleOfThumb: 'memory size matters most; one stored sample for two new ones is a good start',
  grid: { lr: [0.003, 0.01, 0.03, 0.1] },
  studyRows: [{ label: 'ER', options: { capacity: 1000, replayRatio: 0.5 } }],
};
