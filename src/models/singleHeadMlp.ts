import type { Task } from '../data/task';
import { checkNumber } from '../utils/errors';
import { getSeed, RandomStream } from '../utils/random';
import { MLP } from './mlp';
import type { NetworkOptions } from './mlp';

/** Options of `SingleHeadMLP`. */
export interface SingleHeadMLPOptions extends NetworkOptions {
  /** Outputs to start with; default 2. The head grows by itself when a task brings new classes. */
  nClasses?: number;
}

/**
 * For class-incremental learning: one output layer over all classes seen so far, which grows as classes arrive. Softmax and
 * argmax always run over all of them; the task id is never used.
 */
export class SingleHeadMLP extends MLP {
  override readonly architecture = 'SingleHeadMLP';
  private readonly seed: number;

  /** @param options `{inputSize: 784, hidden: [256, 256], nClasses: 2, seed}` */
  constructor({ nClasses = 2, ...options }: SingleHeadMLPOptions = {}) {
    super({ nClasses, ...options });
    this.seed = options.seed ?? getSeed();
  }

  /**
   * Adds outputs for `count` new classes. The existing outputs keep their weights; the new ones start as PyTorch would
   * initialise them.
   */
  expandHead(count: number): void {
    checkNumber('SingleHeadMLP.expandHead', 'count', count, { min: 1, integer: true });
    this.head.grow(count, new RandomStream(this.seed, `initialisation/classes from ${this.nClasses}`));
  }

  override prepareTask(task: Task): void {
    const needed = Math.max(...task.classes) + 1;
    if (needed > this.nClasses) this.expandHead(needed - this.nClasses);
  }

  protected override growTo(shapes: ReadonlyMap<string, readonly number[]>): void {
    const [classes] = shapes.get('head/bias') ?? [0];
    if (classes > this.nClasses) this.expandHead(classes - this.nClasses);
  }
}
