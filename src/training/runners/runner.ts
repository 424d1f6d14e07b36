import type { Value } from '../../backend';
import type { TaskOfRows } from '../../models';
import type { TrainingBatch } from '../batch';
import type { TrainingData } from '../data';
import type { Residency } from '../residency';
import type { LearningRates } from '../schedule';
import type { Draws } from './draws';

/** What a runner needs: the step, and the data and draws it works on. */
export interface TaskSteps {
  /** One training step; returns the loss as a value. */
  readonly step: (batch: TrainingBatch) => Value;
  /** Why the steps may not be recorded; undefined when they may. */
  readonly notRecordable: string | undefined;
  /** The task of the rows, where the scenario reveals it. */
  readonly task: number | undefined;
  readonly data: TrainingData;
  readonly residency: Residency;
  readonly draws: Draws;
  /** Steps to come in this phase. */
  readonly stepsLeft: number;
  /** The samples of a batch to come, as numbers within the data; 0 is the next one. */
  readonly batch: (step: number) => Int32Array;
  /** The learning rates of the phase, where a schedule changes them. */
  readonly rates: LearningRates | undefined;
  /** The labels of all samples of the data. */
  readonly labels: Int32Array;
}

/** The labels of the samples at these positions. */
export function labelsAt({ labels }: TaskSteps, positions: Int32Array): Int32Array {
  return positions.map((position) => labels[position]);
}

/** Executes training steps. */
export interface StepRunner {
  readonly execution: 'recorded' | 'op-by-op';
  /** Why the steps are executed op by op although they could have been recorded. */
  readonly executionNote?: string;
  /**
   * One step for each batch of sample numbers.
   *
   * @param firstStep number of the first of them within the phase, from 0
   * @returns the losses
   */
  run(batches: readonly Int32Array[], firstStep: number): Float32Array;
  /** Frees what it holds; all variables then have their newest content. */
  close(): void;
}

/** The values a step's batch is gathered from. */
export interface BatchSource {
  readonly images: Value;
  readonly labels: Value;
  readonly tasks: Value | undefined;
}

/** The batch of the samples at `positions` [n]. */
export function gatherBatch(
  gather: (x: Value, positions: Value) => Value,
  { images, labels, tasks }: BatchSource,
  positions: Value,
  task: number | undefined,
  drawn: Record<string, Value>,
  rate: Value | undefined,
): TrainingBatch {
  const taskOfRows: TaskOfRows = tasks && task !== undefined ? gather(tasks, positions) : task;
  return { x: gather(images, positions), y: gather(labels, positions), task: taskOfRows, size: positions.shape[0], drawn, rate };
}
