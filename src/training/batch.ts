import type { Value } from '../backend';
import type { TaskChoice } from '../models';

/** The samples of one training step. */
export interface TrainingBatch {
  /** Inputs, float32 [n, inputSize]. */
  readonly x: Value;
  /** Labels, int32 [n]. */
  readonly y: Value;
  /** The task of the rows where the scenario reveals it: one id, or an int32 value [n] when rows of several tasks are mixed. */
  readonly task: TaskChoice;
  /** Number of rows. */
  readonly size: number;
  /** What `feeds` of the method drew on the host for this step, as int32 values. */
  readonly feeds: Readonly<Record<string, Value>>;
}
