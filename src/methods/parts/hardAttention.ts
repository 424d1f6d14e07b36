import type { Kernels, Value } from '../../backend';

/** Where attention is taken as flat: beyond s·e = ±50, as in HAT's authors' code. */
const FLAT = 50;

/** How steep attention σ(s·e) is at each batch of an epoch, s = 1/s_max + (s_max − 1/s_max)·b/(batches − 1); s_max where there is one. */
export function steepnesses(batches: number, sMax: number): Float32Array {
  const last = batches - 1;
  const at = (b: number) => (last === 0 ? sMax : 1 / sMax + ((sMax - 1 / sMax) * b) / last);
  return Float32Array.from({ length: batches }, (_, b) => at(b));
}

/**
 * σ(z) with a gradient that is right to its last digits also where σ is all but 1: y·(1 − y) would be rounding there, which
 * `compensation` would make huge. Beyond ±50 it is that of 50, and no gradient flows.
 *
 * @returns [units]
 */
export function sigmoid(k: Kernels, z: Value): Value {
  const one = k.tensor(Float32Array.of(1), [1]);
  return k.div(one, k.add(one, k.exp(k.scale(within(k, z, FLAT), -1))));
}

/**
 * What the gradient of an embedding e is multiplied with, s_max·[cosh(s·e) + 1] / (s·[cosh(e) + 1]): then it is as large as it would be
 * with s_max times the gentle slope of σ(e).
 *
 * @param s steepness, [1]
 * @returns [units]
 */
export function compensation(k: Kernels, e: Value, s: Value, sMax: number): Value {
  const one = k.tensor(Float32Array.of(1), [1]);
  const coshAndOne = (z: Value) => k.add(k.scale(k.add(k.exp(z), k.exp(k.scale(z, -1))), 0.5), one);
  const steep = k.div(k.scale(coshAndOne(within(k, k.mul(e, s), FLAT)), sMax), s);
  return k.div(steep, coshAndOne(e));
}

/** x, but no more than ±most; what lies within stays as it is, bit for bit. */
export function within(k: Kernels, x: Value, most: number): Value {
  const limit = k.tensor(Float32Array.of(most), [1]);
  const above = k.relu(k.sub(x, limit));
  const below = k.relu(k.scale(k.add(x, limit), -1));
  return k.add(k.sub(x, above), below);
}
