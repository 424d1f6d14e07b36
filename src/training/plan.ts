import type { Value } from '../backend';
import type { Task } from '../data/task';
import type { TrainingBatch } from './batch';
import type { TrainingData } from './data';
import type { TrainCall } from './progress';

/** Passes over a task's data with one kind of step; see `CLTrainer.phases`. */
export interface Phase {
  /** Passes over the data. */
  readonly epochs: number;
  /** Called before the first step of the phase. */
  readonly begin?: () => void | Promise<void>;
  /** For people, e.g. `retrain`; shown in errors. */
  readonly name?: string;
}

/** What the training loop needs of the trainer. */
export interface TaskTraining {
  readonly task: Task;
  readonly data: TrainingData;
  readonly phases: readonly Phase[];
  /** Tasks in the stream, for the time that is left. */
  readonly nTasks: number;
  /** The id of the task where the scenario reveals it. */
  readonly taskId: number | undefined;
  readonly notRecordable: string | undefined;
  step(batch: TrainingBatch): Value;
  likelyCause(): string;
  /** Mean accuracy over the tasks evaluated last and the matrix so far, for progress. */
  standing(): { accuracy?: number; matrix?: (number | null)[][] };
}

/** A training call, with probes that know the task. */
export type LoopCall = Omit<TrainCall, 'probes'> & {
  probes?: { readonly steps: readonly number[]; measure(step: number): void | Promise<void> };
};
