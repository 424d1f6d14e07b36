import type { Parameter } from '../autodiff';
import type { Kernels, Value } from '../backend';
import { checkNumber, problem, withDefaults } from '../utils/errors';
import { getSeed } from '../utils/random';
import type { RandomStream } from '../utils/random';
import { Linear } from './layers/linear';

/** Options every network shares. */
export interface NetworkOptions {
  /** Numbers per input; default 784 (28×28 pixels). */
  inputSize?: number;
  /** Width of each hidden layer; default [256, 256]. */
  hidden?: number[];
  /** Seed of the initial weights; default the one of `setSeed` (42). */
  seed?: number;
}

/** Defaults of `NetworkOptions` but the seed. */
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

/** A layer with weights. */
export interface Layer {
  /** Prefix of its parameters' names. */
  readonly name: string;
  /** Sizes for people, e.g. `784×256`. */
  readonly sizes: string;
  parameters(): Parameter[];
}

/** The hidden layers with ReLU that every architecture starts with. */
export class Trunk {
  /** The hidden layers, first to last. */
  readonly layers: Linear[];

  constructor(prefix: string, { inputSize, hidden }: Required<NetworkOptions>, random: RandomStream) {
    const sizes = [inputSize, ...hidden];
    this.layers = hidden.map((width, i) => new Linear(`${prefix}hidden${i}`, sizes[i], width, random));
  }

  /** Numbers that come out for each input. */
  get width(): number {
    return this.layers[this.layers.length - 1].nOut;
  }

  /** The last hidden activation; [n, inputSize] → [n, width]. */
  forward(k: Kernels, x: Value): Value {
    return this.layers.reduce((h, layer) => k.relu(layer.forward(k, h)), x);
  }
}
