import type { TaskLoader } from '../data/loader';
import type { Task } from '../data/task';
import type { Model } from '../models';
import { checkNumber, problem } from '../utils/errors';
import { ReplayBuffer } from './parts/replayBuffer';
import type { ReplayBufferState } from './parts/replayBuffer';
import { largestOf } from './parts/savedNumbers';
import { CLTrainer } from '../training';
import type { MethodNeeds, TrainerOptions, TrainingBatch, TrainingData } from '../training';
import type { MethodEntry } from './entry';

/** Options of `ExperienceReplay` beyond those of every method. */
export interface ExperienceReplayOptions {
  /** Samples the memory holds, over all tasks; default 1000. */
  capacity: number;
  /** Stored samples per new sample; default 0.5: 32 stored ones join a batch of 64 new ones. */
  replayRatio: number;
}

/** Defaults of `ExperienceReplayOptions`. */
export const EXPERIENCE_REPLAY_DEFAULTS: ExperienceReplayOptions = { capacity: 1000, replayRatio: 0.5 };

/**
 * Experience replay (Ratcliff 1990; Chaudhry et al. 2019, "tiny episodic memories") with a reservoir: stored samples of
 * earlier tasks are learnt again along with each new batch. The loss is the plain mean over new and stored samples together.
 *
 * Differs from Chaudhry et al.: a task's samples enter the reservoir after the task (each once, whatever the number of
 * epochs), so what is replayed is always of earlier tasks; the first task trains without replay.
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
  readonly buffer: ReplayBuffer;

  /**
   * @param model the network to train; a multi-head network answers stored samples with the head of their own task
   * @param options `{capacity: 1000, replayRatio: 0.5, lr, momentum, epochs, seed}`
   */
  constructor(model: Model, options: Partial<TrainerOptions & ExperienceReplayOptions> = {}) {
    super(model, options, EXPERIENCE_REPLAY_DEFAULTS);
    checkNumber('ExperienceReplay', 'capacity', this.options.capacity, { min: 1, integer: true });
    checkNumber('ExperienceReplay', 'replayRatio', this.options.replayRatio, { min: 0, max: 1000 });
    this.requireMixedBatches();
    this.buffer = new ReplayBuffer(this.options.capacity, { inputSize: model.inputSize, seed: this.options.seed });
  }

  protected override beginTask(_task: Task, { batchSize }: TrainingData): void {
    const { replayRatio } = this.options;
    if (replayRatio === 0 || Math.round(batchSize * replayRatio) > 0) return;
    throw problem(
      'ExperienceReplay',
      `replayRatio ${replayRatio} of a batch of ${batchSize} is less than one stored sample, so nothing would be replayed`,
      `use at least ${0.5 / batchSize}, or larger batches`,
    );
  }

  protected override draws(batchSize: number): Record<string, Int32Array> {
    const count = Math.round(batchSize * this.options.replayRatio);
    return this.buffer.size === 0 || count === 0 ? {} : { replay: this.buffer.draw(count) };
  }

  protected override composeBatch(batch: TrainingBatch): TrainingBatch {
    const { k, buffer } = this;
    const places = batch.drawn.replay;
    if (!places) return batch;
    const own = batch.task;
    return {
      ...batch,
      x: k.concat([batch.x, k.gather(k.read(buffer.images), places)], 0),
      y: k.concat([batch.y, k.gather(k.read(buffer.labels), places)], 0),
      task:
        typeof own !== 'number'
          ? own
          : k.concat([k.tensor(new Int32Array(batch.size).fill(own), [batch.size]), k.gather(k.read(buffer.tasks), places)], 0),
      size: batch.size + places.shape[0],
    };
  }

  protected override endTask(task: Task, loader: TaskLoader): void {
    this.buffer.add(loader.size, task.id, (samples) => loader.hostData(samples));
  }

  protected override memoryState(): object {
    return this.buffer.state();
  }

  protected override restoreMemory(state: ReplayBufferState): void {
    this.buffer.restore(state, largestOf(this.model));
  }

  override dispose(): void {
    super.dispose();
    this.buffer.dispose();
  }
}

/** What the library knows of the method. */
export const er: MethodEntry = {
  name: 'er',
  label: 'ER',
  style: { color: '#E69F00', symbol: 'diamond' },
  create: (model, options) => new ExperienceReplay(model, options),
  needs: ExperienceReplay.needs,
  relativeCost: 1,
  why: 'stored samples are learnt again',
  useWhen: 'a small sample of old data may be kept; the first thing to try in every scenario',
  breaksWhen: 'no data may be kept, or the memory holds only a handful of samples a class',
  ruleOfThumb: 'memory size matters most; one stored sample for two new ones is a good start',
  studyRows: [{ label: 'ER', options: { capacity: 1000, replayRatio: 0.5 } }],
};
