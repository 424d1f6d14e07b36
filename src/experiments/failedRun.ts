import { emptyMatrix } from '../metrics/accuracyMatrix';
import type { AccuracyMatrix } from '../metrics';
import { saysDiverged } from '../training';
import type { PlannedRun } from './plan';
import { provenance } from './provenance';
import type { Provenance } from './provenance';
import type { ExperimentResult } from './result';
import { isPlainObject, problem, shown } from '../utils/errors';

/**
 * A run that gave no result: plain JSON. Figures and tables of runs take it among the results as it is: it is counted (`4 of 5
 * seeds`) and enters no mean.
 */
export interface FailedRun extends PlannedRun {
  /** Name of the method in the registry. */
  method: string;
  /** Seed of the run. */
  seed: number;
  /** All null: nothing was measured. */
  matrix: AccuracyMatrix;
  /** Why it failed. */
  failed: string;
  /** Whether training diverged: its loss or its weights were no finite numbers any more. */
  diverged: boolean;
  /** When and where it failed. */
  made: Provenance;
}

/** What became of a run: its result, or why there is none. */
export type FinalRun = ExperimentResult | FailedRun;

/** The record of a run that failed. */
export function failedRun(run: PlannedRun, reason: string): FailedRun {
  const { id, study, label, spec, samples } = run;
  const { firstTasks, nTasks } = spec.stream;
  const count = [firstTasks, nTasks].find((value) => typeof value === 'number') ?? 1;
  return {
    id,
    study,
    label,
    spec,
    samples,
    method: spec.method.name,
    seed: spec.seed,
    matrix: emptyMatrix(count),
    failed: reason,
    diverged: saysDiverged(reason),
    made: provenance(),
  };
}

/** Whether a run gave no result. */
export function isFailed(run: FinalRun): run is FailedRun {
  if (isPlainObject(run)) return 'failed' in run;
  throw problem('isFailed', `the run is ${shown(run)}`, 'pass a result or a failed run');
}

/** Whether a run gave a result. */
export function isFinished(run: FinalRun): run is ExperimentResult {
  return !isFailed(run);
}

/** What went wrong in a few words: `diverged: …` or `failed: …`. */
export function failureInWords({ diverged, failed }: Pick<FailedRun, 'diverged' | 'failed'>): string {
  return `${diverged ? 'diverged' : 'failed'}: ${failed}`;
}
