import { unpackedFloats, unpackedInts } from '../../backend';
import type { TensorState } from '../../backend';
import type { Model } from '../../models';
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
 * Saved labels or task ids: whole numbers from 0 to `most`.
 *
 * @param count how many there have to be; absent: any number
 */
export function naturalNumbers(subject: string, what: string, saved: TensorState, most: number, count?: number): Int32Array {
  const numbers = unpackedInts(subject, saved);
  if (count !== undefined && numbers.length !== count) {
    throw problem(subject, `${what} holds ${numbers.length} numbers instead of ${count}`, DAMAGED);
  }
  const wrong = numbers.find((value) => value < 0 || value > most);
  if (wrong === undefined) return numbers;
  throw problem(subject, `${what} holds ${wrong}, which is not one of the model's`, DAMAGED);
}

/** The largest label and task id that stored samples of a model's tasks can have. */
export interface Largest {
  /** Largest label. */
  readonly label: number;
  /** Largest task id. */
  readonly task: number;
}

/** The largest label and task id of a model's tasks; −1 where it has none. */
export function largestOf({ tasks }: Model): Largest {
  return { label: Math.max(-1, ...tasks.flatMap(({ classes }) => classes)), task: Math.max(-1, ...tasks.map(({ id }) => id)) };
}
