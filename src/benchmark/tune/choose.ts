import { failureInWords, isFailed, isFinished } from '../../experiments/failedRun';
import type { FailedRun, FinalRun } from '../../experiments/failedRun';
import type { ExperimentResult } from '../../experiments/result';
import { aggregate } from '../../metrics';
import type { Aggregate } from '../../metrics';
import { checkList, isPlainObject, problem, shown } from '../../utils/errors';
import type { Tuning, TuningPoint } from './plan';

/** A point with what became of it. */
export interface ScoredPoint extends TuningPoint {
  /** Accuracy on the validation samples of all tasks at the end, over the seeds; null where a seed gave no result. */
  readonly score: Aggregate | null;
  /** The results, one a seed. */
  readonly finished: readonly ExperimentResult[];
  /** The seeds that gave none. */
  readonly failed: readonly FailedRun[];
}

/** A search with what came out of it. */
export interface TuningOutcome {
  /** What was searched. */
  readonly tuning: Tuning;
  /** Its points, in their order. */
  readonly points: readonly ScoredPoint[];
  /** The one with the highest mean accuracy, the first of equals; absent where there is none, see `whyNot`. */
  readonly chosen?: ScoredPoint;
  /** Why none was chosen. */
  readonly whyNot?: string;
}

/** Throws unless it is a search, or what came out of one. */
export function checkSearch(subject: string, name: string, search: { readonly points: readonly unknown[] }): void {
  if (!isPlainObject(search))
    throw problem(subject, `${name} is ${shown(search)}`, 'pass what planTuning or chooseOptions returned');
  checkList(subject, `${name}.points`, search.points);
}

/**
 * Chooses the options of a search. Points at which training diverged cannot be chosen; as long as a run is missing, or failed for
 * another reason, nothing is.
 *
 * @param tuning what was searched
 * @param runs what became of its runs; others are ignored
 */
export function chooseOptions(tuning: Tuning, runs: readonly FinalRun[]): TuningOutcome {
  checkSearch('chooseOptions', 'tuning', tuning);
  checkList('chooseOptions', 'runs', runs, 0);
  const final = new Map(runs.map((run) => [run.id, run]));
  const points = tuning.points.map((point) => scored(point, final));
  const all = points.flatMap((point) => point.runs);
  const missing = all.filter(({ id }) => !final.has(id)).length;
  if (missing > 0) return { tuning, points, whyNot: `${missing} of ${all.length} runs are not finished` };
  const broken = points.flatMap(({ failed }) => failed).find((run) => !diverges(run));
  if (broken) return { tuning, points, whyNot: `${broken.label}, seed ${broken.seed} ${failureInWords(broken)}` };
  const usable = points.filter(({ score }) => score !== null);
  if (usable.length === 0) return { tuning, points, whyNot: 'training diverged at every point' };
  const chosen = usable.reduce((best, point) => (point.score!.mean > best.score!.mean ? point : best));
  return { tuning, points, chosen };
}

function scored(point: TuningPoint, final: ReadonlyMap<string, FinalRun>): ScoredPoint {
  const ended = point.runs.flatMap(({ id }) => final.get(id) ?? []);
  const finished = ended.filter(isFinished);
  const accuracies = finished.map(({ metrics }) => metrics.acc).filter((value) => value !== null);
  const score = accuracies.length === point.runs.length ? aggregate(accuracies) : null;
  return { ...point, score, finished, failed: ended.filter(isFailed) };
}

/** Whether a run failed as its options are too strong; a penalty that would diverge is refused before it does. */
export function diverges({ diverged, failed }: FailedRun): boolean {
  return diverged || failed.includes('would diverge');
}
