import type { AccuracyMoment } from '../metrics';
import type { CLTrainer, TaskLoaders } from '../training';
import { checkNumber, problem, withDefaults } from '../utils/errors';
import type { CurvesCall } from './learningCurves';
import { checkLoaders, checkTrainer } from './checkParts';

/** Options of `measureInsideTasks`. */
export interface InsideTasksOptions extends CurvesCall {
  /** Training steps between two evaluations; default 10. 1: after every step, as De Lange et al. 2023. */
  every?: number;
}

/**
 * Learns a stream as `runSequence` does, and evaluates all tasks before the first step of each, after every so many steps, and at
 * the end of each: what the metrics of continual evaluation are computed from (`worstCaseAccuracy`, `windowedForgetting`,
 * `stabilityGaps` …). The evaluations do not change the training; they take time, so limit the test data (`testLimitPerTask`).
 *
 * @param trainer a fresh trainer; its tracker holds the accuracy matrix afterwards
 * @param loaders the stream
 * @returns the moments in the order of training
 * @throws when the trainer has learnt before, or `TrainingInterrupted` when `signal` stopped it; begin again with a fresh trainer then
 * @example
 * const moments = await measureInsideTasks(trainer, stream, { every: 5 });
 * console.log(worstCaseAccuracy(moments), stabilityGaps(moments));
 */
export async function measureInsideTasks(
  trainer: CLTrainer<object>,
  loaders: TaskLoaders,
  options: InsideTasksOptions = {},
): Promise<AccuracyMoment[]> {
  const subject = 'measureInsideTasks';
  const { every, ...call } = withDefaults<InsideTasksOptions>(subject, options, {
    every: 10,
    onProgress: undefined,
    onLosses: undefined,
    onTask: undefined,
    signal: undefined,
  });
  checkNumber(subject, 'every (steps)', every, { min: 1, integer: true });
  checkTrainer(subject, trainer);
  checkLoaders(subject, loaders, ['trainLoaders', 'testLoaders']);
  if (trainer.tracker || trainer.model.learnt.length > 0)
    throw problem(subject, 'the trainer has learnt before', 'make a fresh trainer on a fresh model');
  const moments: AccuracyMoment[] = [];
  await trainer.runSequence(loaders, {
    ...call,
    probes: {
      every,
      measure: async (step, { task }) =>
        void moments.push({ task: task.id, step, accuracies: await trainer.evaluateAll(loaders.testLoaders) }),
    },
  });
  return moments;
}
