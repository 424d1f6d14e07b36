import { createHash } from 'node:crypto';
import type { TaskLoader } from '../data/loader';
import type { TrainingData } from './data';
import type { Draws } from './runners/draws';

/** Where training of a task stands; kept when it is interrupted, and saved with the trainer. */
export interface TaskCursor {
  readonly task: number;
  /** What the task is trained on; see `dataFingerprint`. */
  readonly data: string;
  /** Position among the method's `phases`, from 0. */
  phase: number;
  /** Whether the phase's `begin` has run. */
  begun: boolean;
  /** Epoch of the phase, from 0. */
  epoch: number;
  /** Next batch of the epoch, from 0. */
  batch: number;
  /** The losses of the epoch so far: their sum over the samples, and how many samples. */
  readonly loss: { sum: number; samples: number };
  /** What the host has drawn for steps to come. */
  readonly draws: Draws;
  /** Whether an error came in the middle of steps, so that nobody can go on from here. */
  failed: boolean;
}

/** The start of a task. */
export function firstStep(task: number, data: string, draws: Draws): TaskCursor {
  const loss = { sum: 0, samples: 0 };
  return { task, data, phase: 0, begun: false, epoch: 0, batch: 0, loss, draws, failed: false };
}

/**
 * What an interrupted task has to be trained on when it goes on: the same samples in the same batches.
 *
 * @param loaders those that the data comes from
 */
export function dataFingerprint(loaders: readonly TaskLoader[], { size, batchSize }: TrainingData): string {
  const parts = [size, batchSize, ...loaders.map(({ fingerprint }) => fingerprint)];
  return createHash('sha1').update(parts.join()).digest('hex').slice(0, 12);
}
