import type { ProgressEvent } from '../../training';
import type { PlannedRun } from '../plan';
import type { ExperimentResult } from '../result';

/**
 * What a caller may hear while runs are executed; all by the id of the run, all optional. A listener only looks on: what it
 * throws is shown as a warning and changes nothing. To end the runs call `stop` of the executor.
 */
export interface RunListener {
  /** A run began (again, where its process crashed). */
  started?(id: string): void;
  /** It is training. */
  progress?(id: string, event: ProgressEvent): void;
  /** It is done. */
  finished?(id: string, result: ExperimentResult): void;
  /** Its process crashed; it is run once more. */
  retried?(id: string, reason: string): void;
  /** It failed for good. */
  failed?(id: string, reason: string): void;
}

/** What became of a planned run. */
export type Outcome =
  | { readonly id: string; readonly status: 'finished'; readonly result: ExperimentResult }
  | { readonly id: string; readonly status: 'failed'; readonly reason: string }
  | { readonly id: string; readonly status: 'stopped' };

/** Asked just before a run begins; where it says false, somebody else executes the run: it is left out and told as `stopped`. */
export type Claim = (run: PlannedRun) => boolean;

/** Runs planned runs, plain JSON in and plain JSON out; where and how many at a time is its own affair. */
export interface Executor {
  /** Whether `run` asks its third argument before each run; default not: then it is only given what is claimed already. */
  readonly asksBefore?: boolean;
  /**
   * Runs the whole plan. A run that stands in it twice (the same id under two labels) is executed once.
   *
   * @returns what became of each entry, in the order of the plan, once all are finished, failed or stopped
   * @throws when an entry is no planned run
   */
  run(runs: readonly PlannedRun[], listener?: RunListener, claim?: Claim): Promise<Outcome[]>;
  /** Ends the runs that are executed and begins no more; `run` then tells them as `stopped`. */
  stop(): Promise<void>;
}

/** The runs to execute: each id once. */
export function uniqueRuns(runs: readonly PlannedRun[]): PlannedRun[] {
  return [...new Map(runs.map((run) => [run.id, run])).values()];
}

/** The outcomes in the order of the plan, each result under the label and the study of its entry. */
export function inPlanOrder(runs: readonly PlannedRun[], outcomes: ReadonlyMap<string, Outcome>): Outcome[] {
  return runs.map(({ id, label, study }): Outcome => {
    const outcome = outcomes.get(id) ?? { id, status: 'stopped' };
    return outcome.status === 'finished' ? { ...outcome, result: { ...outcome.result, label, study } } : outcome;
  });
}

/** The events of a listener, each with what it throws turned into a warning. */
export function guarded(listener: RunListener = {}): Required<RunListener> {
  const call = (event: string, id: string, tell: () => void): void => {
    try {
      tell();
    } catch (error) {
      process.emitWarning(`listener of run ${id}, ${event}: ${String((error as Error)?.stack ?? error)}`);
    }
  };
  return {
    started: (id) => call('started', id, () => listener.started?.(id)),
    progress: (id, event) => call('progress', id, () => listener.progress?.(id, event)),
    finished: (id, result) => call('finished', id, () => listener.finished?.(id, result)),
    retried: (id, reason) => call('retried', id, () => listener.retried?.(id, reason)),
    failed: (id, reason) => call('failed', id, () => listener.failed?.(id, reason)),
  };
}
