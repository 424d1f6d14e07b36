import { Parameter } from '../../autodiff';
import { elements } from '../../backend';
import { problem } from '../../utils/errors';
import type { RandomStream } from '../../utils/random';

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

/** `count` numbers, uniform in ±bound. */
export function uniform(count: number, bound: number, random: RandomStream): Float32Array {
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) values[i] = (2 * random.uniform() - 1) * bound;
  return values;
}
