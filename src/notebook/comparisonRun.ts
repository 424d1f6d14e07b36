import { emptyMatrix } from '../metrics/accuracyMatrix';
import type { ExperimentResult } from '../experiments';
import type { SweepRun } from '../figures/sweepFigure';

/** A run of a comparison: what figures and tables take. */
export interface ComparisonRun extends SweepRun {
  /** Wall time of training and evaluation in seconds. */
  seconds: number;
  /** Parameters of the model at the end. */
  parameters: number;
  /** Value of the swept hyperparameter; 0 where there is no sweep. */
  value: number;
  /** Id of the run, which is its name in the store; absent where an option of the method is no plain value. */
  id?: string;
  /** Hash of the settings, where the comparison was given some; see `captioned`. */
  settings?: string;
}

/** One training of a comparison. */
export interface Job {
  /** The method's name in the plan. */
  name: string;
  seed: number;
  /** Of the swept hyperparameter. */
  value: number;
}

/** What is known of a run before it was trained. */
export type RunHead = Pick<ComparisonRun, 'method' | 'label' | 'seed' | 'value' | 'id' | 'settings'>;

/** A run that gave a result. */
export function finishedRun(head: RunHead, { matrix, seconds, parameters }: ExperimentResult): ComparisonRun {
  return { ...head, matrix, seconds, parameters: parameters.total };
}

/** A run that diverged: it is counted and enters no mean. */
export function divergedRun(head: RunHead, nTasks: number, seconds: number, parameters: number, failed: string): ComparisonRun {
  return { ...head, matrix: emptyMatrix(nTasks), seconds, parameters, failed };
}
