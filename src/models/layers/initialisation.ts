import { Parameter } from '../../autodiff';
import { elements } from '../../backend';
import { problem } from '../../utils/errors';
import type { RandomStream } from '../../utils/random';

/**
 * How linear layers start. `'pytorch'`: weights and biases uniform in ±1/√in, as `nn.Linear`. `'xavier'`: weights uniform in
 * ±√(6 / (in + out)), biases 0 (Glorot & Bengio 2010, eq. 16).
 */
export type Initialisation = 'pytorch' | 'xavier';

/** The bounds between which the weights and the biases of a linear layer start. */
export function startBounds(kind: Initialisation, fanIn: number, fanOut: number): { weight: number; bias: number } {
  if (kind === 'xavier') return { weight: Math.sqrt(6 / (fanIn + fanOut)), bias: 0 };
  return { weight: 1 / Math.sqrt(fanIn), bias: 1 / Math.sqrt(fanIn) };
}

/** Most weights of one layer: 1 GB. More is a slip of the keyboard or a damaged file, and would take all memory. */
const MOST = 2 ** 28;

/**
 * Weights that start uniform in ±bound.
 *
 * @throws when there are more than a machine can be expected to hold
 */
export function newWeights(name: string, shape: number[], bound: number, random: RandomStream): Parameter {
  const count = elements(shape);
  if (count <= MOST) return new Parameter(name, shape, uniform(count, bound, random));
  const size = `${shape.join('×')} weights, ${((4 * count) / 2 ** 30).toPrecision(2)} GB`;
  throw problem(name, `it would have ${size}`, 'use smaller layers, or pool images first');
}

/** Weights that may still be made. */
let left = Infinity;

/**
 * Runs `make`, in which a model is made from a saved one of `saved` weights: not many more weights can be meant. Else a small file
 * whose options ask for wide layers would take all memory.
 */
export function forSavedWeights<T>(saved: number, make: () => T): T {
  const before = left;
  left = 2 * saved + 2 ** 22;
  try {
    return make();
  } finally {
    left = before;
  }
}

/** `count` numbers, uniform in ±bound. */
export function uniform(count: number, bound: number, random: RandomStream): Float32Array {
  if (count > left) throw problem('the saved model', 'its options ask for many more weights than it has', 'use another copy');
  left -= count;
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) values[i] = (2 * random.uniform() - 1) * bound;
  return values;
}
