import type { TaskLoader } from '../data/loader';
import type { Task } from '../data/task';
import type { Model } from '../models';
import { CLTrainer } from '../training';
import type { MethodNeeds, TrainerOptions, TrainingBatch, TrainingData } from '../training';
import { checkList, problem, shown, withDefaults } from '../utils/errors';
import { RandomStream } from '../utils/random';
import type { RandomState } from '../utils/random';
import type { MethodEntry } from './entry';
import { RandomCrop } from './parts/randomCrop';
import { largestOf } from './parts/savedNumbers';
import { SlotMemory } from './parts/slotMemory';
import type { SlotMemoryState } from './parts/slotMemory';

/** Options of `GDumb` beyond those of every method. */
export interface GDumbOptions {
  /** Samples the memory holds, over all tasks; default 1000. */
  capacity: number;
  /**
   * How images are changed whenever they are learnt from: `{ cropPadding: 4 }` puts 4 black pixels on each side and cuts out a part of
   * the old size at a random place, as torchvision's `RandomCrop(28, padding=4)`. For images whose pixels are in their places; other
   * inputs, and streams that permute pixels, are refused. Default undefined: they are learnt as they are.
   */
  augment: Augmentation | undefined;
}

/** How stored images are changed; see `GDumbOptions`. */
export interface Augmentation {
  /** Black pixels on each side: at least 1, and fewer than the shorter side of an image has, so that some of it stays. */
  cropPadding: number;
}

/** Defaults of `GDumbOptions`. */
export const GDUMB_DEFAULTS: GDumbOptions = { capacity: 1000, augment: undefined };

/**
 * GDumb (Prabhu, Torr & Dokania 2020): a greedy sampler keeps as many samples of each class as there is room for, and a dumb learner
 * trains a network from scratch on these samples alone. What a method adds must be more than that.
 *
 * The authors train with SGD of momentum 0.9, gradients clipped to norm 10, a learning rate that falls from 0.05 along a cosine with
 * warm restarts, and on MNIST with random crops, in batches of 16: `{ lr: 0.05, weightDecay: 1e-6, epochs: 128, clipNorm: 10,
 * augment: { cropPadding: 4 }, schedule: { name: 'cosine', minLr: 0.0005, warmRestarts: { first: 1, factor: 2 },
 * warmup: { length: 1, from: 0.1 } } }`, on a network with `normalisation: 'batch'`; without it networks are stable with 0.02, not with 0.05.
 *
 * Differs: it trains after each task, not only when asked; by default with a constant learning rate, no limit to the gradient and no
 * crops; without CutMix (theirs for data other than MNIST); in task-incremental streams a class is a label of a task.
 */
export class GDumb extends CLTrainer<GDumbOptions> {
  static override readonly recordable: boolean = true;
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
  private readonly crops: RandomCrop | undefined;

  /**
   * @param model the network to train
   * @param options `{capacity: 1000, augment: undefined, lr, momentum, epochs, seed}`
   */
  constructor(model: Model, options: Partial<TrainerOptions & GDumbOptions> = {}) {
    super(model, options, GDUMB_DEFAULTS);
    const { capacity, augment, seed } = this.options;
    this.requireMixedBatches();
    if (augment !== undefined) this.crops = new RandomCrop('GDumb: augment', cropPaddingOf(augment), seed);
    this.memory = new SlotMemory('GDumb', { capacity, inputSize: model.inputSize, kind: 'greedy', seed });
  }

  override checkTask(task: Task): void {
    this.crops?.check(task);
  }

  protected override trainingData(loader: TaskLoader): TrainingData {
    const { id, inputSize } = loader.task;
    this.crops?.begin(loader.task);
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

  protected override draws(batchSize: number): Record<string, Int32Array> {
    return this.crops ? { crop: this.crops.draw(batchSize) } : {};
  }

  protected override composeBatch(batch: TrainingBatch): TrainingBatch {
    return this.crops ? { ...batch, x: this.crops.crop(this.k, batch.x, batch.drawn.crop) } : batch;
  }

  override dispose(): void {
    super.dispose();
    this.memory.dispose();
  }

  protected override memoryState(): GDumbState {
    return { memory: this.memory.state(), admitted: [...this.admitted], ...(this.crops && { crops: this.crops.state() }) };
  }

  protected override restoreMemory({ memory, admitted, crops }: GDumbState): void {
    checkList('GDumb.restore', 'admitted', admitted, 0);
    const wrong = admitted.find((id) => !this.model.tasks.some((task) => task.id === id));
    if (wrong !== undefined)
      throw problem('GDumb.restore', `the model knows no task ${shown(wrong)}`, 'the saved state is damaged');
    const held = Object.keys(memory?.slots?.held ?? {}).map((key) => Number(key.split('/')[0]));
    const unknown = held.find((id) => !admitted.includes(id));
    if (unknown !== undefined) {
      throw problem('GDumb.restore', `it holds samples of task ${unknown}, which it was not shown`, 'the saved state is damaged');
    }
    if (this.crops) new RandomStream(0).restore(crops!); // throws where it is damaged, before anything is taken over
    this.memory.restore(memory, largestOf(this.model));
    this.crops?.restore(crops!);
    this.admitted = [...admitted];
  }
}

function cropPaddingOf(augment: Augmentation): number {
  return withDefaults<Partial<Augmentation>>('GDumb: augment', augment, { cropPadding: undefined }).cropPadding as number;
}

/** What `GDumb` remembers, as plain JSON. */
interface GDumbState {
  memory: SlotMemoryState;
  admitted: readonly number[];
  /** Only with `augment`. */
  crops?: RandomState;
}

/** What the library knows of the method. */
export const gdumb: MethodEntry = {
  name: 'gdumb',
  label: 'GDumb',
  paper: 'Prabhu, Torr & Dokania 2020',
  tested: 'the memory’s balance; the network sees the memory alone; its crops',
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
