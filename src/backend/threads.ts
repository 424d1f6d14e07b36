import { availableParallelism } from 'node:os';

/** More threads between operations than this were not measured. */
const MOST_THREADS = 2;

/**
 * Threads between TensorFlow's operations for each of so many processes side by side: its share of the cores, up to 2 or what
 * TF_NUM_INTEROP_THREADS says.
 */
export function threadsForEach(processes: number): number {
  const share = Math.max(1, Math.floor(availableParallelism() / processes));
  return Math.min(share, Number(process.env.TF_NUM_INTEROP_THREADS) || MOST_THREADS);
}
