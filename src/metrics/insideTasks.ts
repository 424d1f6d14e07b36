// What happens inside a task: accuracies measured every few steps while the stream is learnt ("continual evaluation").
import { checkList, checkNumber, problem, shown } from '../utils/errors';
import { isAccuracy } from './accuracyMatrix';
import { mean } from './statistics';

/** The accuracies at one moment inside a task; see `measureInsideTasks`. */
export interface AccuracyMoment {
  /** The task being trained, from 0. */
  readonly task: number;
  /** Steps of this task done; 0: before its first. */
  readonly step: number;
  /** Accuracy on each task of the stream, in [0, 1]; null where the model has no answer for it yet. */
  readonly accuracies: readonly (number | null)[];
}

/** The fall of the accuracy on earlier tasks after a new one begins, and what comes back of it. */
export interface StabilityGap {
  /** The task whose training made it, from 1. */
  readonly task: number;
  /** Mean accuracy on the earlier tasks before its first step. */
  readonly before: number;
  /** Lowest mean accuracy on them while it was trained. */
  readonly lowest: number;
  /** Steps of the task after which it was lowest, the first time. */
  readonly step: number;
  /** Mean accuracy on them at its end. */
  readonly after: number;
}

/**
 * min-ACC, average minimum accuracy: mean over all tasks but the last of the lowest accuracy a task had since it was learnt, at
 * any moment while later tasks were trained.
 *
 * @param moments in the order of training
 * @returns a share in [0, 1], or null with a single task or where an accuracy is missing
 * @throws when there is no moment, they are out of order, or an accuracy is no share; so do all functions here
 *
 * Source: De Lange et al. 2023, "Continual evaluation for lifelong learning: Identifying the stability gap", section 3.
 */
export function averageMinimumAccuracy(moments: readonly AccuracyMoment[]): number | null {
  checkMoments('averageMinimumAccuracy', moments);
  const last = moments.at(-1)!.task;
  if (last === 0) return null;
  const lowest = Array.from({ length: last }, (_, i) => {
    const later = moments.filter(({ task }) => task > i).map(({ accuracies }) => accuracies[i]);
    return later.includes(null) ? null : Math.min(...(later as number[]));
  });
  return lowest.includes(null) ? null : mean(lowest as number[]);
}

/**
 * WC-ACC, worst-case accuracy at the last moment: R/k + (1 − 1/k)·min-ACC, where R is the accuracy on the task being trained, the
 * k-th. High only where the new task is learnt and no earlier one was ever lost on the way.
 *
 * @param moments in the order of training
 * @returns a share in [0, 1]; with a single task the accuracy on it; null where an accuracy is missing
 *
 * Source: De Lange et al. 2023, section 3.
 */
export function worstCaseAccuracy(moments: readonly AccuracyMoment[]): number | null {
  checkMoments('worstCaseAccuracy', moments);
  const { task, accuracies } = moments.at(-1)!;
  const own = accuracies[task];
  if (own === null || task === 0) return own;
  const lowest = averageMinimumAccuracy(moments);
  return lowest === null ? null : own / (task + 1) + (1 - 1 / (task + 1)) * lowest;
}

/**
 * AAA, average any-time accuracy: the mean accuracy on the tasks seen so far (the one being trained included), averaged over all
 * moments.
 *
 * @param moments in the order of training, evenly spaced; each weighs the same
 * @returns a share in [0, 1], or null where an accuracy is missing
 *
 * Source: Caccia et al. 2022, "New insights on reducing abrupt representation change in online continual learning", section 5.
 */
export function anytimeAccuracy(moments: readonly AccuracyMoment[]): number | null {
  checkMoments('anytimeAccuracy', moments);
  const seen = moments.map(({ task, accuracies }) => accuracies.slice(0, task + 1));
  return seen.some((values) => values.includes(null)) ? null : mean(seen.map((values) => mean(values as number[])));
}

/**
 * WF, windowed forgetting: for each task the largest fall of its accuracy within any `window` successive moments, averaged over
 * the tasks. A task counts from the first moment of its own training on; 0 where none ever fell.
 *
 * @param moments in the order of training
 * @param window moments, at least 2; default 10 (WF¹⁰)
 * @returns a share in [0, 1], or null where an accuracy is missing
 *
 * Source: De Lange et al. 2023, section 3; as in their code, whose windows run over the boundaries of tasks.
 */
export function windowedForgetting(moments: readonly AccuracyMoment[], window = 10): number | null {
  return windowed('windowedForgetting', moments, window, (earlier, later) => earlier - later);
}

/**
 * WP, windowed plasticity: for each task the largest rise of its accuracy within any `window` successive moments, averaged over
 * the tasks. A task counts from the first moment of its own training on.
 *
 * @param moments in the order of training
 * @param window moments, at least 2; default 10 (WP¹⁰)
 * @returns a share in [0, 1], or null where an accuracy is missing
 *
 * Source: De Lange et al. 2023, section 3.
 */
export function windowedPlasticity(moments: readonly AccuracyMoment[], window = 10): number | null {
  return windowed('windowedPlasticity', moments, window, (earlier, later) => later - earlier);
}

/**
 * The stability gap of each task but the first: how far the mean accuracy on the earlier tasks falls while it is trained, and
 * where it ends. `before − lowest` is the depth of the gap, `after − lowest` what is recovered.
 *
 * @param moments in the order of training; those of a task begin with its step 0
 * @returns one entry for each task but the first
 * @throws when an accuracy on an earlier task is missing, or the moment before a task's first step
 *
 * Source: the phenomenon is that of De Lange et al. 2023; these numbers are this library's.
 */
export function stabilityGaps(moments: readonly AccuracyMoment[]): StabilityGap[] {
  const subject = 'stabilityGaps';
  checkMoments(subject, moments);
  const tasks = [...new Set(moments.map(({ task }) => task))].filter((task) => task > 0);
  return tasks.map((task) => {
    const inside = moments.filter((moment) => moment.task === task);
    if (inside[0].step !== 0) {
      throw problem(subject, `task ${task} has no moment before its first step`, 'measure at step 0 too');
    }
    const means = inside.map(({ accuracies, step }) => {
      const earlier = accuracies.slice(0, task);
      if (!earlier.includes(null)) return mean(earlier as number[]);
      throw problem(subject, `task ${task}, step ${step}: an accuracy on an earlier task is missing`, 'measure all tasks');
    });
    const lowest = Math.min(...means);
    const { step } = inside[means.indexOf(lowest)];
    return { task, before: means[0], lowest, step, after: means.at(-1)! };
  });
}

function windowed(
  subject: string,
  moments: readonly AccuracyMoment[],
  window: number,
  change: (earlier: number, later: number) => number,
): number | null {
  checkMoments(subject, moments);
  checkNumber(subject, 'window (moments)', window, { min: 2, integer: true });
  const tasks = Array.from({ length: moments.at(-1)!.task + 1 }, (_, i) => i);
  const curves = tasks.map((i) => moments.filter(({ task }) => task >= i).map(({ accuracies }) => accuracies[i]));
  if (curves.some((curve) => curve.includes(null))) return null;
  return mean((curves as number[][]).map((curve) => largestChange(curve, window, change)));
}

function largestChange(curve: readonly number[], window: number, change: (earlier: number, later: number) => number): number {
  let largest = 0;
  for (let from = 0; from < curve.length; from++) {
    for (let to = from + 1; to < Math.min(from + window, curve.length); to++) {
      largest = Math.max(largest, change(curve[from], curve[to]));
    }
  }
  return largest;
}

/** Throws unless these are moments of one stream in the order of training. */
export function checkMoments(subject: string, moments: unknown): asserts moments is readonly AccuracyMoment[] {
  checkList(subject, 'moments', moments);
  let before: AccuracyMoment | undefined;
  for (const [k, moment] of (moments as readonly AccuracyMoment[]).entries()) {
    checkMoment(subject, `moments[${k}]`, moment, before);
    before = moment;
  }
}

function checkMoment(subject: string, place: string, moment: AccuracyMoment, before: AccuracyMoment | undefined): void {
  const remedy = 'pass what measureInsideTasks gave';
  if (typeof moment !== 'object' || moment === null) throw problem(subject, `${place} is ${shown(moment)}`, remedy);
  const { task, step, accuracies } = moment;
  checkNumber(subject, `${place}.task`, task, { min: 0, integer: true });
  checkNumber(subject, `${place}.step`, step, { min: 0, integer: true });
  checkList(subject, `${place}.accuracies`, accuracies, task + 1);
  const wrong = Array.from(accuracies).findIndex((value) => value !== null && !isAccuracy(value));
  if (wrong >= 0) {
    const reason = `${place}.accuracies[${wrong}] is ${shown(accuracies[wrong])}`;
    throw problem(subject, reason, 'use a share between 0 and 1, or null where nothing was measured');
  }
  if (before === undefined) return;
  if (accuracies.length !== before.accuracies.length) {
    const counts = `${place} has ${accuracies.length} accuracies, the moment before ${before.accuracies.length}`;
    throw problem(subject, counts, 'pass the moments of one stream');
  }
  if (task > before.task || (task === before.task && step > before.step)) return;
  const order = `${place} is task ${task}, step ${step}, after task ${before.task}, step ${before.step}`;
  throw problem(subject, order, 'pass the moments in the order of training');
}
