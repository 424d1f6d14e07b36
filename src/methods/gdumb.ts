import type { TaskLoader } from '../data/loader';
import type { Model } from '../models';
import { CLTrainer } from '../training';
import type { MethodNeeds, TrainerOptions, TrainingData } from '../training';
import { checkList, problem, shown } from '../utils/errors';
import { RandomStream } from '../utils/random';
import type { MethodEntry } from './entry';
import { largestOf } from './parts/savedNumbers';
import { SlotMemory } from './parts/slotMemory';
import type { SlotMemoryState } from './parts/slotMemory';

/** Options of `GDumb` beyond those of every method. */
export interface GDumbOptions {
  /** Samples the memory holds, over all tasks; default 1000. */
  capacity: number;
}

/** Defaults of `GDumbOptions`. */
export const GDUMB_DEFAULTS: GDumbOptions = { capacity: 1000 };

/**
 * GDumb (Prabhu, Torr & Dokania 2020): a greedy sampler keeps as many samples of each class as there is room for, and a dumb learner
 * trains a network from scratch on these samples alone. What a method adds must be more than that.
 *
 * Differs: it trains after each task, not only when asked; constant learning rate, without augmentation; in task-incremental streams
 * a class is a label of a task.
 */
export class GDumb extends CLTrainer<GDumbOptions> {
  static override readonly needs: MethodNeeds = {
    taskBoundaries: true,
    storedSamples: true,
    mixedBatches: true,
    memory: 'stored samples',
  };
  override readonly method = 'gdumb';
  /** The memory. */
  readonly memory: SlotMemory;
  /** Ids of the tasks that the memory was shown. */
  private admitted: number[] = [];

  /**
   * @param model the network to train
   * @param options `{capacity: 1000, lr, momentum, epochs, seed}`
   */
  constructor(model: Model, options: Partial<TrainerOptions & GDumbOptions> = {}) {
    super(model, options, GDUMB_DEFAULTS);
    const { capacity, seed } = this.options;
    this.requireMixedBatches();
    this.memory = new SlotMemory('GDumb', { capacity, inputSize: model.inputSize, kind: 'greedy', seed });
  }

  protected override trainingData(loader: TaskLoader): TrainingData {
    const { id, inputSize } = loader.task;
    if (!this.admitted.includes(id)) {
      this.memory.store(id, loader, loader.epoch(0));
      this.admitted.push(id);
    }
    const { images, labels, tasks } = this.memory.content();
    const size = labels.length;
    const { batchSize } = loader;
    const name = `gdumb/tasks ${this.admitted.length}/epoch `;
    return {
      size,
      batchSize,
      batchesPerEpoch: Math.ceil(size / batchSize),
      epoch: (index) => new RandomStream(this.options.seed, name + index).permutation(size),
      fill: (out, start, count) => out.set(images.subarray(start * inputSize, (start + count) * inputSize)),
      labels: () => labels,
      taskIds: () => tasks,
    };
  }

  protected override beginTask(): void {
    this.model.restart();
  }

  override dispose(): void {
    super.dispose();
    this.memory.dispose();
  }

  protected override memoryState(): GDumbState {
    return { memory: this.memory.state(), admitted: [...this.admitted] };
  }

  protected override restoreMemory({ memory, admitted }: GDumbState): void {
    checkList('GDumb.restore', 'admitted', admitted, 0);
    const wrong = admitted.find((id) => !this.model.tasks.some((task) => task.id === id));
    if (wrong !== undefined)
      throw problem('GDumb.restore', `the model knows no task ${shown(wrong)}`, 'the saved state is damaged');
    const held = Object.keys(memory?.slots?.held ?? {}).map((key) => Number(key.split('/')[0]));
    const unknown = held.find((id) => !admitted.includes(id));
    if (unknown !== undefined) {
      throw problem('GDumb.restore', `it holds samples of task ${unknown}, which it was not shown`, 'the saved state is damaged');
    }
    this.memory.restore(memory, largestOf(this.model));
    this.admitted = [...admitted];
  }
}

/** What `GDumb` remembers, as plain JSON. */
interface GDumbState {
  memory: SlotMemoryState;
  admitted: readonly number[];
}

/** What the library knows of the method. */
export const gdumb: MethodEntry = {
  name: 'gdumb',
  label: 'GDumb',
  style: { color: '#999933', symbol: 'triangle-ne' },
  create: (model, options) => new GDumb(model, options),
  needs: GDumb.needs,
  relativeCost: 1,
  why: 'a fresh network learns a balanced memory alone',
  useWhen: 'you want to know whether a method with a memory does more than keep it',
  breaksWhen: 'the memory is small, or no data may be kept',
  ruleOfThumb: 'many epochs: the memory is small; the larger the memory the better',
  grid: { lr: [0.003, 0.01, 0.03, 0.1] },
  inStudies: false,
};
