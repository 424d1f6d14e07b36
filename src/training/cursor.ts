import type { Draws } from './runners/opByOp';

/** Where training of a task stands; kept when it is interrupted. */
export interface TaskCursor {
  task: number;
  /** Epoch, from 0. */
  epoch: number;
  /** Next batch of the epoch, from 0. */
  batch: number;
  /** What the host has drawn for steps to come. */
  draws?: Draws;
}
