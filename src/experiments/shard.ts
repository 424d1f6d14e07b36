import { checkNumber } from '../utils/errors';
import { uniqueRuns } from './executors/executor';
import { checkRuns, relativeDuration } from './plan';
import type { PlannedRun } from './plan';

/**
 * One of several parts of a plan, for jobs of an array on one machine or many. Each run is in exactly one part, the same one in
 * whatever job it is asked for, and all parts take about as long: the longest runs are shared out first, each to the part that has
 * least to do.
 *
 * @param plan what `planExperiments` returns, or runs of `planRun`; the same in every job
 * @param index which part, from 1
 * @param count how many parts there are
 * @returns its runs, in the order of the plan; none where there are more parts than runs
 */
export function shardPlan(plan: readonly PlannedRun[], index: number, count: number): PlannedRun[] {
  checkRuns('shardPlan', plan);
  checkNumber('shardPlan', 'count', count, { min: 1, integer: true });
  checkNumber('shardPlan', 'index', index, { min: 1, max: count, integer: true });
  const durations = new Map(uniqueRuns(plan).map((run) => [run.id, relativeDuration(run)]));
  const longestFirst = [...durations].sort(([a, one], [b, two]) => two - one || (a < b ? -1 : 1));
  const loads = Array<number>(count).fill(0);
  const parts = new Map<string, number>();
  for (const [id, duration] of longestFirst) {
    const part = loads.indexOf(Math.min(...loads));
    loads[part] += duration;
    parts.set(id, part + 1);
  }
  return plan.filter(({ id }) => parts.get(id) === index);
}
