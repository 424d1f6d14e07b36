import { initBackend } from '../backend';
import type { TaskLoaders, TrainCall } from '../training';
import { withDefaults } from '../utils/errors';
import { assemble } from './assemble';
import type { Assembly } from './assemble';
import { measureAnswers } from './answers';
import { measureInsideTasks } from './insideTasks';
import { measureLearningCurves } from './learningCurves';
import type { CurvesCall } from './learningCurves';
import { LossLog } from './lossLog';
import { outcomeOf } from './outcome';
import { changed, checkRuns } from './plan';
import type { PlannedRun } from './plan';
import type { ExperimentResult } from './result';

type Measured = Pick<ExperimentResult, 'learningCurves' | 'insideTasks'>;

/**
 * Runs one planned run from start to end, in this process.
 *
 * @param run what `planRun` or `planExperiments` made
 * @param call `onProgress` and `signal`, see `TrainCall`
 * @throws when spec or data are not those it was planned with, the loss explodes, or `TrainingInterrupted`
 */
export async function runExperiment(
  run: PlannedRun,
  call: Pick<TrainCall, 'onProgress' | 'signal'> = {},
): Promise<ExperimentResult> {
  checkRuns('runExperiment', [run]);
  const { onProgress, signal } = withDefaults<Partial<typeof call>>('runExperiment', call, {
    onProgress: undefined,
    signal: undefined,
  });
  await initBackend();
  const assembly = assemble(run.spec);
  const { trainer, model } = assembly;
  try {
    if (assembly.id !== run.id) throw changed('runExperiment', run);
    const started = performance.now();
    const log = new LossLog();
    const loaders = loadersOf(assembly);
    const measured = await train(assembly, loaders, { onProgress, signal, ...log.call });
    const seconds = (performance.now() - started) / 1000;
    const answers = run.spec.measure.answers && { answers: await measureAnswers(trainer, loaders) };
    const passes = trainer.passes && { passes: trainer.passes };
    const outcome = outcomeOf(trainer, loaders, run.spec.method.name, run.spec.seed);
    return { ...run, ...outcome, seconds, ...measured, ...answers, ...passes, losses: log.tasks };
  } finally {
    trainer.dispose();
    model.dispose();
  }
}

async function train({ spec, trainer }: Assembly, loaders: TaskLoaders, call: CurvesCall): Promise<Measured> {
  const { learningCurves, insideTasks } = spec.measure;
  if (learningCurves) return { learningCurves: await measureLearningCurves(trainer, loaders, call) };
  if (insideTasks !== undefined) {
    return { insideTasks: await measureInsideTasks(trainer, loaders, { ...call, every: insideTasks }) };
  }
  await trainer.runSequence(loaders, call);
  return {};
}

/** Where a part of the training data is held out, the matrix is measured on it, and the test data stays unseen. */
function loadersOf({ stream }: Assembly): TaskLoaders {
  const { trainLoaders, fingerprint, validationLoaders } = stream;
  return { trainLoaders, fingerprint, testLoaders: validationLoaders.length > 0 ? validationLoaders : stream.testLoaders };
}
