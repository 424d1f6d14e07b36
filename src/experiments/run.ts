import { initBackend } from '../backend';
import type { AccuracyMatrix, CLMetrics } from '../metrics';
import type { CapacityReport, TaskLoaders, TrainCall } from '../training';
import { withDefaults } from '../utils/errors';
import { assemble } from './assemble';
import type { Assembly } from './assemble';
import { measureLearningCurves } from './learningCurves';
import type { CurvesCall, LearningCurvesReport } from './learningCurves';
import { LossLog } from './lossLog';
import type { TaskLosses } from './lossLog';
import { outcomeOf } from './outcome';
import { changed, checkRuns } from './plan';
import type { PlannedRun } from './plan';
import type { Provenance } from './provenance';

/** What came out of a run: plain JSON. It fits the figures of runs as it is (`metricBarsFigure(results)`). */
export interface ExperimentResult extends PlannedRun {
  /** Name of the method in the registry. */
  method: string;
  /** Seed of the run. */
  seed: number;
  /** Names of the tasks; absent in results of version 1. */
  taskNames?: string[];
  /** `matrix[i][j]`: accuracy on task i after training task j; null: not measured. */
  matrix: AccuracyMatrix;
  /** Metrics of the matrix. */
  metrics: Pick<CLMetrics, 'acc' | 'bwt' | 'fwt' | 'fm' | 'intransigence' | 'averageForgetting' | 'averageIncrementalAccuracy'>;
  /** Wall time of training and evaluation, without reading the data. */
  seconds: number;
  /** Highest resident memory of the process that ran it, in MB (10⁶ bytes). */
  peakMb: number;
  /** Weights and biases of the model at the end. */
  parameters: CapacityReport;
  /** Hash of everything that decided the data. */
  fingerprint: string;
  /** Where it ran. */
  device: string;
  /** Learning curves, where asked for. */
  learningCurves?: LearningCurvesReport;
  /** That it stopped learning, and since when; absent where it learnt. Such a run counts in means, with a word about it. */
  stuckAtChance?: string;
  /** Training losses task by task; absent in results files, which are for people. */
  losses?: TaskLosses[];
  /** When, where and by which version it was made; absent in results of earlier versions. */
  made?: Provenance;
}

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
    const learningCurves = await train(assembly, loaders, { onProgress, signal, ...log.call });
    const seconds = (performance.now() - started) / 1000;
    const outcome = outcomeOf(trainer, loaders, run.spec.method.name, run.spec.seed);
    return { ...run, ...outcome, seconds, ...(learningCurves && { learningCurves }), losses: log.tasks };
  } finally {
    trainer.dispose();
    model.dispose();
  }
}

async function train(
  { spec, trainer }: Assembly,
  loaders: TaskLoaders,
  call: CurvesCall,
): Promise<LearningCurvesReport | undefined> {
  if (spec.measure.learningCurves) return measureLearningCurves(trainer, loaders, call);
  await trainer.runSequence(loaders, call);
  return undefined;
}

/** Where a part of the training data is held out, the matrix is measured on it, and the test data stays unseen. */
function loadersOf({ stream }: Assembly): TaskLoaders {
  const { validationLoaders, testLoaders } = stream;
  return { ...stream, testLoaders: validationLoaders.length > 0 ? validationLoaders : testLoaders };
}
