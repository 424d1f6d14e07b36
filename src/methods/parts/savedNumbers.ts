import { unpackedFloats, unpackedInts } from '../../backend';
import type { TensorState } from '../../backend';
import { problem } from '../../utils/errors';

const DAMAGED = 'the saved state is damaged';

/**
 * Saved float32 numbers that a method can go on with: all of them finite.
 *
 * @param what their name, for the error message
 * @param count how many there have to be
 */
export function finiteFloats(subject: string, what: string, saved: TensorState, count: number): Float32Array {
  const numbers = unpackedFloats(subject, saved);
  if (numbers.length !== count) throw problem(subject, `${what} holds ${numbers.length} numbers instead of ${count}`, DAMAGED);
  if (numbers.every(Number.isFinite)) return numbers;
  throw problem(subject, `${what} holds a number that is not finite`, DAMAGED);
}

/**
 * Saved labels or task ids: whole numbers from 0.
 *
 * @param count how many there have to be; absent: any number
 */
export function naturalNumbers(subject: string, what: string, saved: TensorState, count?: number): Int32Array {
  const numbers = unpackedInts(subject, saved);
  if (count !== undefined && numbers.length !== count) {
    throw problem(subject, `${what} holds ${numbers.length} numbers instead of ${count}`, DAMAGED);
  }
  if (numbers.every((value) => value >= 0)) return numbers;
  throw problem(subject, `${what} holds a number below 0`, DAMAGED);
}
