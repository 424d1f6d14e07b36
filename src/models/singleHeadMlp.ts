import type { Task } from '../data/task';
import { SCENARIOS } from '../scenarios/compatibility';
import { checkNumber, problem } from '../utils/errors';
import { RandomStream } from '../utils/random';
import { registerArchitecture } from './architectures';
import { MLP } from './mlp';
import type { NetworkConfig, NetworkOptions } from './trunk';

/** Options of `SingleHeadMLP`. */
export interface SingleHeadMLPOptions extends NetworkOptions {
  /** Outputs to start with; default as many as the first task has classes. The head grows by itself when a task brings new ones. */
  nClasses?: number;
}

/**
 * For class-incremental learning: one output layer over all classes seen so far, which grows as classes arrive. Softmax and
 * argmax always run over all of them; the task id is never used.
 */
export class SingleHeadMLP extends MLP {
  override readonly architecture = 'SingleHeadMLP';

  protected override readonly optionsOfStart = ['seed', 'nClasses'];
  /** Whether the number of outputs was left to the first task. */
  private readonly open: boolean;
  /** Whether a task has come, to this model or to the saved one that it took over. */
  private met = false;

  /** @param options `{inputSize: 784, hidden: [256, 256], nClasses: as many as the first task has, seed}` */
  constructor(options: SingleHeadMLPOptions = {}) {
    super(options === null ? options : { ...options, nClasses: options.nClasses ?? 2 }); // null is refused there
    this.open = options.nClasses === undefined;
  }

  /**
   * Adds outputs for `count` new classes. The existing outputs keep their weights; the new ones start as PyTorch would
   * initialise them.
   */
  expandHead(count: number): void {
    checkNumber('SingleHeadMLP.expandHead', 'count', count, { min: 1, integer: true });
    this.head.grow(count, new RandomStream(this.options.seed, `initialisation/classes from ${this.nClasses}`));
  }

  /** Without `nClasses` where the first task decides. */
  override config(): NetworkConfig & { nClasses?: number } {
    const { nClasses, ...config } = super.config();
    return this.open ? config : { ...config, nClasses };
  }

  override prepareTask(task: Task): void {
    const needed = Math.max(...task.classes) + 1;
    const first = !this.met && this.tasks.length === 0 && this.learnt.length === 0;
    if (needed > this.nClasses) this.expandHead(needed - this.nClasses);
    else if (needed < this.nClasses && first) this.shrinkHead(needed, task);
    this.met = true;
  }

  /** Outputs of classes not seen yet would compete in softmax and argmax from the start. */
  private shrinkHead(needed: number, task: Task): void {
    if (this.open) return this.head.keepFirst(needed);
    if (SCENARIOS[task.scenario].taskIdAtTest || SCENARIOS[task.scenario].classes === 'stay') return;
    throw problem(
      'SingleHeadMLP',
      `it has ${this.nClasses} outputs, but with ${task.name} only ${needed} classes have been seen, and the others would compete`,
      'leave nClasses out: the head grows by itself',
    );
  }

  protected override growTo(shapes: ReadonlyMap<string, readonly number[]>): void {
    const [classes] = shapes.get('head/bias') ?? [0];
    if (classes !== this.nClasses) this.met = true; // nobody but a task changes their number
    if (classes > this.nClasses) this.expandHead(classes - this.nClasses);
    else if (this.open && classes > 0 && classes < this.nClasses) this.head.keepFirst(classes);
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
