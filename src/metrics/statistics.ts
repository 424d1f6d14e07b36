import { problem, shown } from '../utils/errors';
import { checkLevel, tQuantile } from './distributions';

/** What several runs of one experiment (one per seed) say together; see `aggregate`. */
export interface Aggregate {
  /** Arithmetic mean. */
  mean: number;
  /** Sample standard deviation (divided by n − 1); null for a single value. */
  std: number | null;
  /** Lower end of the confidence interval of the mean; null for a single value. */
  low: number | null;
  /** Upper end of the confidence interval of the mean; null for a single value. */
  high: number | null;
  /** Number of values. */
  n: number;
}

/**
 * Arithmetic mean.
 *
 * @param values at least one finite number; an array or a typed array
 * @throws when there is no value, or one is not a finite number (text such as `'1'` would be put together, not added)
 */
export function mean(values: readonly number[]): number {
  checkValues('mean', values);
  if (values.length === 0) throw problem('mean', 'there are no values', 'pass at least one number');
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Throws unless all are finite numbers; by position, because methods of arrays pass over holes. */
function checkValues(subject: string, values: readonly number[]): void {
  if (!Array.isArray(values) && !(ArrayBuffer.isView(values) && 'length' in values)) {
    throw problem(subject, `the values are ${shown(values)}`, 'pass an array of numbers');
  }
  for (let k = 0; k < values.length; k++) {
    if (typeof values[k] === 'number' && Number.isFinite(values[k])) continue;
    throw problem(subject, `value ${k} is ${shown(values[k])}`, 'pass finite numbers, and leave out runs that have no result');
  }
}

/** Sample standard deviation, √(Σ (x − mean)² / (n − 1)); null for fewer than two values. Throws as `mean` does. */
export function sampleStd(values: readonly number[]): number | null {
  checkValues('sampleStd', values);
  if (values.length < 2) return null;
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1));
}

/**
 * Student-t confidence interval of the mean: mean ± t·std/√n, with t the quantile of n − 1 degrees of freedom. It assumes
 * that the values (one per seed) are independent and roughly normal; it can reach below 0 or above 1.
 *
 * @param values one number per seed
 * @param level share of intervals that would hold the true mean, between 0 and 1; default 0.95
 * @returns [low, high], or null for fewer than two values
 */
export function confidenceInterval(values: readonly number[], level = 0.95): [low: number, high: number] | null {
  checkLevel('confidenceInterval', level);
  const std = sampleStd(values);
  if (std === null) return null;
  const half = (tQuantile(level, values.length - 1) * std) / Math.sqrt(values.length);
  return [mean(values) - half, mean(values) + half];
}

/**
 * Mean, spread and confidence interval of one metric over seeds. With a single value there is no interval.
 *
 * @param values one number per seed, at least one; leave missing runs out
 * @param level confidence level, between 0 and 1; default 0.95
 */
export function aggregate(values: readonly number[], level = 0.95): Aggregate {
  checkValues('aggregate', values);
  const interval = confidenceInterval(values, level);
  return {
    mean: mean(values),
    std: sampleStd(values),
    low: interval && interval[0],
    high: interval && interval[1],
    n: values.length,
  };
}
