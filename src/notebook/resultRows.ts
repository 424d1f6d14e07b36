import { checkRuns, groupByMethod, nameOf, type Run } from '../figures/runs';
import { aggregate, CLMetrics } from '../metrics';
import { withDefaults } from '../utils/errors';
import { baselineColumns } from './baselineColumns';
import type { TableRow } from './table';
import { checkList } from '../utils/errors';

/** Options of `summaryRows`. */
export interface SummaryOptions {
  /** Label or method of the row that the others are compared with; default none. */
  baseline?: string;
}

/**
 * One row a method for `showTable`: ACC, BWT and FM, averaged over the seeds (with several seeds, `ACC ±` is half the 95 %
 * interval of the mean), seconds of training a run where they were measured. A metric that was not measured is null. Where a
 * method was run with several values of a hyperparameter, each has a row of its own and stands in the column `value`. Where
 * runs failed, the column `seeds` says `4 of 5` and the column `failed` why.
 *
 * With a `baseline`, the columns `Δ ACC` (mean difference from it, seed by seed), `Δ ±` (half the 95 % interval) and `p` (paired
 * t-test, corrected by Holm for the number of rows) say which rows differ from it.
 *
 * @param runs runs, e.g. those of a `Comparison`
 * @param options `baseline`
 * @throws when two runs have the same method, label, value and seed, or the baseline is none of the rows
 */
export function summaryRows(runs: readonly Run[], options?: SummaryOptions): TableRow[] {
  const { baseline } = withDefaults<{ baseline: string | undefined }>('summaryRows', options, { baseline: undefined });
  checkRuns('summaryRows', runs);
  const columns = baseline === undefined ? () => ({}) : baselineColumns(runs, baseline);
  const severalSeeds = new Set(runs.map(({ seed }) => seed)).size > 1;
  const values = hasValues(runs);
  const groups = groupByMethod(runs);
  const someFailed = groups.some(({ failed }) => failed.length > 0);
  return groups.map(({ items: own, failed }) => {
    const [first] = [...own, ...failed];
    const metrics = own.map(({ matrix }) => new CLMetrics(matrix));
    const acc = spread(metrics.map((each) => each.acc));
    return {
      method: nameOf(first),
      ...(values && { value: first.value }),
      ...(someFailed && { seeds: `${own.length} of ${own.length + failed.length}` }),
      ACC: acc.mean,
      ...(severalSeeds && { 'ACC ±': acc.half }),
      ...columns(own),
      BWT: spread(metrics.map((each) => each.bwt)).mean,
      FM: spread(metrics.map((each) => each.fm)).mean,
      ...(own.every(({ seconds }) => seconds !== undefined) && {
        seconds: round(spread(own.map(({ seconds }) => seconds!)).mean, 1),
      }),
      ...(someFailed && { failed: failed.map((run) => `seed ${run.seed}: ${run.failed}`).join('; ') || null }),
    };
  });
}

/**
 * One row a run: method, value (where there are several), seed, ACC, BWT, FM, seconds, and why it failed (where one did); for
 * `toDataFrame` and analyses of your own.
 *
 * @param runs runs, e.g. those of a `Comparison`
 */
export function runRows(runs: readonly Run[]): TableRow[] {
  checkList('runRows', 'runs', runs, 0);
  if (runs.length > 0) checkRuns('runRows', runs);
  const values = hasValues(runs);
  const someFailed = runs.some(({ failed }) => failed !== undefined);
  return runs.map((run) => {
    const { acc, bwt, fm } = new CLMetrics(run.matrix);
    return {
      method: nameOf(run),
      ...(values && { value: run.value ?? null }),
      seed: run.seed,
      ACC: round(acc, 4),
      BWT: round(bwt, 4),
      FM: round(fm, 4),
      seconds: round(run.seconds ?? null, 1),
      ...(someFailed && { failed: run.failed ?? null }),
    };
  });
}

/** Whether the runs differ in the value of a hyperparameter. */
function hasValues(runs: readonly Run[]): boolean {
  return new Set(runs.map(({ value }) => value)).size > 1;
}

/** Mean and half the 95 % interval; null where a value was not measured, or for the interval with one value. */
function spread(values: readonly (number | null)[]): { mean: number | null; half: number | null } {
  if (values.length === 0 || values.some((value) => value === null)) return { mean: null, half: null };
  const { mean, high } = aggregate(values as number[]);
  return { mean, half: high === null ? null : high - mean };
}

function round(value: number | null, digits: number): number | null {
  return value === null ? null : Number(value.toFixed(digits));
}
