import type { Kernels, Value } from '../backend';
import type { Task } from '../data/task';
import { checkNumber, problem, withDefaults } from '../utils/errors';
import { getSeed, RandomStream } from '../utils/random';
import { Linear } from './layers/linear';
import type { LayerGradient } from './layers/linear';
import { Model } from './model';
import type { Pass, TaskChoice } from './model';

/** Options every network shares. */
export interface NetworkOptions {
  /** Numbers per input; default 784 (28×28 pixels). */
  inputSize?: number;
  /** Width of each hidden layer; default [256, 256]. */
  hidden?: number[];
  /** Seed of the initial weights; default the one of `setSeed` (42). */
  seed?: number;
}

/** Options of networks with one output layer. */
export interface MLPOptions extends NetworkOptions {
  /** Outputs; default 10. */
  nClasses?: number;
}

/** Defaults of `NetworkOptions`. */
export const NETWORK_DEFAULTS = { inputSize: 784, hidden: [256, 256] };

/**
 * Checks the options every network shares and fills the gaps; unknown names are refused.
 *
 * @param own further options of the network with their defaults
 */
export function networkOptions<Own extends object = {}>(
  subject: string,
  given: NetworkOptions & Partial<Own> = {},
  own: Own = {} as Own,
): Required<NetworkOptions> & Own {
  const defaults = { ...NETWORK_DEFAULTS, seed: getSeed(), ...own };
  const options = withDefaults(subject, given as Partial<typeof defaults>, defaults);
  const { inputSize, hidden, seed } = options;
  checkNumber(subject, 'inputSize', inputSize, { min: 1, integer: true });
  checkNumber(subject, 'seed', seed, { integer: true });
  if (!Array.isArray(hidden) || hidden.length === 0) {
    throw problem(subject, 'hidden must list the width of at least one hidden layer', 'for example [256, 256]');
  }
  hidden.forEach((width) => checkNumber(subject, 'hidden width', width, { min: 1, integer: true }));
  return { ...options, hidden: [...hidden] };
}

/** The hidden layers with ReLU that every architecture starts with. */
export class Trunk {
  /** The hidden layers, first to last. */
  readonly layers: Linear[];

  constructor(prefix: string, inputSize: number, hidden: number[], random: RandomStream) {
    const sizes = [inputSize, ...hidden];
    this.layers = hidden.map((width, i) => new Linear(`${prefix}hidden${i}`, sizes[i], width, random));
  }

  /** The input and each layer's activation: `[x, h0, h1, …]`, each [n, width]. */
  forward(k: Kernels, x: Value): Value[] {
    const activations = [x];
    for (const layer of this.layers) activations.push(k.relu(layer.forward(k, activations[activations.length - 1])));
    return activations;
  }

  /** From the gradient with respect to the last activation to the gradients of the layers. */
  backward(k: Kernels, activations: Value[], dLast: Value): LayerGradient[] {
    const gradients: LayerGradient[] = [];
    let delta = dLast;
    for (let i = this.layers.length - 1; i >= 0; i--) {
      delta = k.reluGrad(delta, activations[i + 1]);
      gradients.push({ layer: this.layers[i], input: activations[i], delta });
      if (i > 0) delta = this.layers[i].backward(k, delta);
    }
    return gradients;
  }
}

/** A plain multilayer perceptron with ReLU and one output layer; it knows nothing of tasks. */
export class MLP extends Model {
  static override readonly recordable: boolean = true;
  readonly architecture: string = 'MLP';
  readonly inputSize: number;
  protected readonly trunk: Trunk;
  /** The output layer, [hidden, classes]. */
  readonly head: Linear;

  /** @param options `{inputSize: 784, hidden: [256, 256], nClasses: 10, seed}` */
  constructor(options: MLPOptions = {}) {
    super();
    const { inputSize, hidden, seed, nClasses } = networkOptions(new.target.name, options, { nClasses: 10 });
    checkNumber(new.target.name, 'nClasses', nClasses, { min: 1, integer: true });
    this.inputSize = inputSize;
    const random = new RandomStream(seed, 'initialisation');
    this.trunk = new Trunk('', inputSize, hidden, random);
    this.head = new Linear('head', hidden[hidden.length - 1], nClasses, random);
  }

  /** Number of outputs. */
  get nClasses(): number {
    return this.head.nOut;
  }

  layers(): Linear[] {
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

  pass(k: Kernels, x: Value, _task: TaskChoice): Pass {
    const activations = this.trunk.forward(k, x);
    const last = activations[activations.length - 1];
    return {
      logits: this.head.forward(k, last),
      backward: (kernels, dLogits) => [
        { layer: this.head, input: last, delta: dLogits },
        ...this.trunk.backward(kernels, activations, this.head.backward(kernels, dLogits)),
      ],
    };
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
