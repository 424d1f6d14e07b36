import type { Draws } from './runners/draws';

/** Where training of a task stands; kept when it is interrupted, and saved with the trainer. */
export interface TaskCursor {
  task: number;
  /** Position among the method's `phases`, from 0. */
  phase: number;
  /** Epoch of the phase, from 0. */
  epoch: number;
  /** Next batch of the epoch, from 0. */
  batch: number;
  /** What the host has drawn for steps to come. */
  draws: Draws;
}
