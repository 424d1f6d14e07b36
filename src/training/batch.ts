import type { Parameter } from '../autodiff';
import type { Value } from '../backend';
import type { TaskOfRows } from '../models';

/** The samples of one training step. */
export interface TrainingBatch {
  /** Inputs, float32 [n, inputSize]. */
  readonly x: Value;
  /** Labels, int32 [n]. */
  readonly y: Value;
  /** The task of the rows where the scenario reveals it: one id, or an int32 value [n] when rows of several tasks are mixed. */
  readonly task: TaskOfRows;
  /** Number of rows. */
  readonly size: number;
  /** What `draws` of the method drew on the host for this step, as int32 values. */
  readonly drawn: Readonly<Record<string, Value>>;
  /** The learning rate of this step, float32 [], where a schedule changes it; else the one in the options holds. */
  readonly rate?: Value;
}

/** The gradients of a step: as the loss gave them, and as the method made them before the optimiser stepped along them. */
export interface StepGradients {
  /** Gradients of the loss, before `adjustGradients`. */
  readonly raw: ReadonlyMap<Parameter, Value>;
  /** What `adjustGradients` gave, before it is clipped (`clipNorm`). */
  readonly adjusted: ReadonlyMap<Parameter, Value>;
}
