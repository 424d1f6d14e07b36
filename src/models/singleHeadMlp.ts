import type { Task } from '../data/task';
import { checkNumber } from '../utils/errors';
import { RandomStream } from '../utils/random';
import { registerArchitecture } from './architectures';
import { MLP } from './mlp';
import type { NetworkOptions } from './trunk';

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

  /** @param options `{inputSize: 784, hidden: [256, 256], nClasses: 2, seed}` */
  constructor({ nClasses = 2, ...options }: SingleHeadMLPOptions = {}) {
    super({ nClasses, ...options });
  }

  /**
   * Adds outputs for `count` new classes. The existing outputs keep their weights; the new ones start as PyTorch would
   * initialise them.
   */
  expandHead(count: number): void {
    checkNumber('SingleHeadMLP.expandHead', 'count', count, { min: 1, integer: true });
    this.head.grow(count, new RandomStream(this.options.seed, `initialisation/classes from ${this.nClasses}`));
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

registerArchitecture({
  name: 'SingleHeadMLP',
  needs: {
    taskId: false,
    outputs: 'growing',
    how: 'the head grows with the classes, and all classes seen so far compete',
    madeFor: 'class-incremental',
  },
  create: (options: SingleHeadMLPOptions) => new SingleHeadMLP(options),
});
