import type { RandomStream } from '../../utils/random';

/** `count` numbers drawn uniformly from ±bound. */
export function uniform(count: number, bound: number, random: RandomStream): Float32Array {
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) values[i] = (2 * random.uniform() - 1) * bound;
  return values;
}
