import { availableParallelism } from 'node:os';
import { problem } from '../utils/errors';

/** More threads between operations than this were not measured. */
const MOST_THREADS = 2;

/**
 * Threads between TensorFlow's operations for each of so many processes side by side: its share of the cores, up to 2 or what
 * TF_NUM_INTEROP_THREADS says.
 *
 * @throws when that is no whole number from 1 on
 */
export function threadsForEach(processes: number): number {
  const given = process.env.TF_NUM_INTEROP_THREADS || String(MOST_THREADS);
  if (!/^[1-9]\d{0,3}$/.test(given)) {
    throw problem(
      'TF_NUM_INTEROP_THREADS',
      `'${given}' is no number of threads`,
      'use a whole number from 1 on, or leave it out',
    );
  }
  return Math.min(Number(given), Math.max(1, Math.floor(availableParallelism() / processes)));
}
