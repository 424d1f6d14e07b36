import type { Cell, ReadonlyAccuracyMatrix } from './accuracyMatrix';

/** The metrics that are one number per matrix, by their name in `CLMetrics`. */
export type MetricName = 'acc' | 'bwt' | 'fwt' | 'fm' | 'intransigence' | 'averageForgetting' | 'averageIncrementalAccuracy';

const upTo = (n: number) => Array.from({ length: Math.max(n, 0) }, (_, i) => i);
const lastColumn = (nTasks: number): Cell[] => upTo(nTasks).map((i) => [i, nTasks - 1]);
const learntAndKept = (nTasks: number): Cell[] =>
  upTo(nTasks - 1).flatMap((i): Cell[] => [
    [i, i],
    [i, nTasks - 1],
  ]);

/** Which cells each metric reads, for a stream of T tasks. An empty list means: not defined for so few tasks. */
const NEEDED: Record<MetricName, (nTasks: number) => Cell[]> = {
  acc: lastColumn,
  bwt: learntAndKept,
  fm: learntAndKept,
  fwt: (nTasks) => upTo(nTasks - 1).map((i): Cell => [i + 1, i]),
  intransigence: (nTasks) => [[nTasks - 1, nTasks - 1]],
  averageForgetting: (nTasks) => upTo(nTasks - 1).flatMap((i) => fromLearntOn(i, nTasks)),
  averageIncrementalAccuracy: (nTasks) => upTo(nTasks).flatMap((i) => fromLearntOn(i, nTasks)),
};

function fromLearntOn(task: number, nTasks: number): Cell[] {
  return upTo(nTasks - task).map((k): Cell => [task, task + k]);
}

/** The cells that `metric` reads in a matrix of `nTasks` tasks; empty where one task is too few to define it. */
export function neededCells(metric: MetricName, nTasks: number): Cell[] {
  return NEEDED[metric](nTasks);
}

/** The cells that `metric` needs and that were never measured. */
export function missingCells(metric: MetricName, matrix: ReadonlyAccuracyMatrix): Cell[] {
  return neededCells(metric, matrix.length).filter(([task, afterTask]) => matrix[task][afterTask] === null);
}

/** The matrix as plain numbers when `metric` can be computed from it, else `null`. */
export function completeFor(metric: MetricName, matrix: ReadonlyAccuracyMatrix): readonly (readonly number[])[] | null {
  const defined = neededCells(metric, matrix.length).length > 0;
  return defined && missingCells(metric, matrix).length === 0 ? (matrix as readonly (readonly number[])[]) : null;
}
