import { CLMetrics, METRIC_TEXTS } from '../metrics/metrics';
import type { MetricName } from '../metrics/neededCells';
import type { MethodScores } from '../metrics/scores';
import { checkChoice, problem } from '../utils/errors';
import { checkRuns, groupByMethod, type Run } from './runs';

/** Metrics of which less is better. */
const LOWER_IS_BETTER: readonly MetricName[] = ['fm', 'intransigence', 'averageForgetting'];

/** Whether more of a metric is better: of accuracies and backward transfer, not of forgetting and intransigence. */
export function higherIsBetter(metric: MetricName): boolean {
  return !LOWER_IS_BETTER.includes(metric);
}

/**
 * One metric of runs by method and seed, for `compareWithBaseline` and `rankMethods`. Runs that failed, or where the metric was not
 * measured, have no entry: the tests leave their seeds out and name them.
 *
 * @param runs runs on one stream, e.g. those of a `Comparison` or of a store
 * @param metric the metric; default `'acc'`
 * @returns scores by the method's label (with its value, where it has several), then by seed
 * @throws when two methods have the same label
 */
export function scoresOf(runs: readonly Run[], metric: MetricName = 'acc'): MethodScores {
  checkChoice('scoresOf', 'metric', metric, Object.keys(METRIC_TEXTS) as MetricName[]);
  checkRuns('scoresOf', runs);
  const groups = groupByMethod(runs.filter(({ failed }) => failed === undefined));
  const names = groups.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw problem('scoresOf', `two methods are called '${twice}'`, 'give them labels of their own');
  return Object.fromEntries(
    groups.map(({ name, items }) => {
      const values = items.map(({ seed, matrix }): [number, number | null] => [seed, new CLMetrics(matrix)[metric]]);
      return [name, Object.fromEntries(values.filter((entry): entry is [number, number] => entry[1] !== null))];
    }),
  );
}
