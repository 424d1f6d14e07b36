import type { Run } from '../figures/runs';
import { methodLabel } from '../figures/palette';
import { aggregate, CLMetrics } from '../metrics';
import type { TableRow } from './table';

/**
 * One row a method for `showTable`: ACC, BWT and FM, averaged over the seeds (with several seeds, `ACC ±` is half the 95 %
 * interval of the mean), seconds of training a run where they were measured. A metric that was not measured is null.
 *
 * @param runs finished runs, e.g. those of a `Comparison`
 */
export function summaryRows(runs: readonly Run[]): TableRow[] {
  const names = [...new Set(runs.map(nameOf))];
  const severalSeeds = new Set(runs.map(({ seed }) => seed)).size > 1;
  return names.map((name) => {
    const own = runs.filter((run) => nameOf(run) === name);
    const metrics = own.map(({ matrix }) => new CLMetrics(matrix));
    const acc = spread(metrics.map((each) => each.acc));
    return {
      method: name,
      ACC: acc.mean,
      ...(severalSeeds && { 'ACC ±': acc.half }),
      BWT: spread(metrics.map((each) => each.bwt)).mean,
      FM: spread(metrics.map((each) => each.fm)).mean,
      ...(own.every(({ seconds }) => seconds !== undefined) && {
        seconds: round(spread(own.map(({ seconds }) => seconds!)).mean, 1),
      }),
    };
  });
}

/**
 * One row a run: method, seed, ACC, BWT, FM, seconds; for `toDataFrame` and analyses of your own.
 *
 * @param runs finished runs
 */
export function runRows(runs: readonly Run[]): TableRow[] {
  return runs.map((run) => {
    const { acc, bwt, fm } = new CLMetrics(run.matrix);
    return {
      method: nameOf(run),
      seed: run.seed,
      ACC: round(acc, 4),
      BWT: round(bwt, 4),
      FM: round(fm, 4),
      seconds: round(run.seconds ?? null, 1),
    };
  });
}

function nameOf({ label, method }: Run): string {
  return label ?? methodLabel(method);
}

/** Mean and half the 95 % interval; null where a value was not measured, or for the interval with one value. */
function spread(values: readonly (number | null)[]): { mean: number | null; half: number | null } {
  if (values.some((value) => value === null)) return { mean: null, half: null };
  const { mean, high } = aggregate(values as number[]);
  return { mean, half: high === null ? null : high - mean };
}

function round(value: number | null, digits: number): number | null {
  return value === null ? null : Number(value.toFixed(digits));
}
