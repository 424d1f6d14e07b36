import type { Kernels, Value } from '../backend';
import type { Task } from '../data/task';
import { checkNumber, problem } from '../utils/errors';
import { RandomStream } from '../utils/random';
import { registerArchitecture } from './architectures';
import { Linear } from './layers/linear';
import { Model } from './model';
import { networkOptions, Trunk } from './trunk';
import type { Layer, NetworkConfig, NetworkOptions } from './trunk';

/** Options of networks with one output layer. */
export interface MLPOptions extends NetworkOptions {
  /** Outputs; default 10. */
  nClasses?: number;
}

/** A plain network with ReLU and one output layer; it knows nothing of tasks. */
export class MLP extends Model {
  static override readonly recordable: boolean = true;
  readonly architecture: string = 'MLP';
  readonly inputSize: number;
  override readonly imageShape?: readonly number[];
  /** The hidden layers, convolutions first. */
  protected readonly trunk: Trunk;
  /** The output layer, [hidden, classes]. */
  readonly head: Linear;
  /** The options in force, defaults filled in. */
  protected readonly options: NetworkConfig & { nClasses: number };

  /** @param options `{inputSize: 784, hidden: [256, 256], nClasses: 10, seed}` */
  constructor(options: MLPOptions = {}) {
    super();
    this.options = networkOptions(new.target.name, options, { nClasses: 10 });
    const { inputSize, seed, nClasses, initialisation } = this.options;
    checkNumber(new.target.name, 'nClasses', nClasses, { min: 1, integer: true });
    this.inputSize = inputSize;
    const random = new RandomStream(seed, 'initialisation');
    this.trunk = new Trunk(this.options, random);
    this.imageShape = this.trunk.imageShape;
    this.head = new Linear('head', this.trunk.width, nClasses, random, { initialisation });
  }

  /** Number of outputs. */
  get nClasses(): number {
    return this.head.nOut;
  }

  config(): NetworkConfig & { nClasses?: number } {
    return structuredClone(this.options);
  }

  layers(): Layer[] {
    return [...this.trunk.layers, this.head];
  }

  override canAnswer(task: Task): boolean {
    return Math.max(...task.classes) < this.nClasses;
  }

  override prepareTask(task: Task): void {
    if (this.canAnswer(task)) return;
    const needed = Math.max(...task.classes) + 1;
    throw problem(
      this.architecture,
      `${task.name} has class ${needed - 1}, but there are only ${this.nClasses} outputs`,
      `make it with nClasses: ${needed}`,
    );
  }

  logits(k: Kernels, x: Value): Value {
    return this.head.forward(k, this.features(k, x)); // [n, classes]
  }

  override features(k: Kernels, x: Value): Value {
    return this.trunk.forward(k, x); // [n, width]
  }
}

/**
 * For domain-incremental learning: one output layer of fixed size that all tasks share; the task id is never used.
 *
 * @example new DomainMLP({ nClasses: 10 })
 */
export class DomainMLP extends MLP {
  override readonly architecture = 'DomainMLP';
}

const needs = { taskId: false, outputs: 'fixed', how: 'all tasks share the same outputs' } as const;
registerArchitecture({
  name: 'DomainMLP',
  needs: { ...needs, madeFor: 'domain-incremental' },
  create: (options: MLPOptions) => new DomainMLP(options),
});
registerArchitecture({ name: 'MLP', needs, create: (options: MLPOptions) => new MLP(options) });
