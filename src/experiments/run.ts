import { getDevice, initBackend } from '../backend';
import type { ScenarioName } from '../data/task';
import { findMethod } from '../methods';
import type { CapacityReport, CLTrainer, ProgressEvent } from '../training';
import type { AccuracyMatrix, CLMetrics } from '../metrics';
import { architectureFor, findArchitecture } from '../models';
import type { Model } from '../models';
import { getPermutedMnist, getRotatedMnist, getSplitFashionMnist, getSplitMnist } from '../scenarios';
import type { TaskStream } from '../scenarios';
import { problem } from '../utils/errors';
import { measureTransfer } from './forwardTransfer';
import type { TransferReport } from './forwardTransfer';

/** The data sets a benchmark can run on. */
export type DatasetName = 'split-mnist' | 'permuted-mnist' | 'split-fashion-mnist' | 'rotated-mnist';

/** What makes the stream of an experiment; the same for all methods of a study. */
export interface StreamSettings {
  /** Number of tasks. */
  nTasks: number;
  /** Samples a batch. */
  batchSize: number;
  /** Width of each hidden layer. */
  hidden: number[];
  /** `real`, or `synthetic` for random pixels (chance level). */
  data: 'real' | 'synthetic';
  /** Training images a task; absent: all. */
  limitPerTask?: number;
  /** Test images a task; absent: all. */
  testLimitPerTask?: number;
  /** Share of the training images to evaluate on in place of the test images, for tuning; absent: 0. */
  validationFraction?: number;
  /** Folder of IDX files in place of the packages. */
  dataDir?: string;
}

/** One run of one method: plain JSON, so that any process or machine can take it. */
export interface Experiment {
  /** The study it belongs to, for grouping in tables. */
  study: string;
  /** Name of the row, e.g. `EWC λ=100`. */
  label: string;
  scenario: ScenarioName;
  dataset: DatasetName;
  /** Name of the method in the registry. */
  method: string;
  seed: number;
  /** Options of the method. */
  options: Record<string, number | string | boolean>;
  stream: StreamSettings;
  /** Also measure forward transfer against networks trained from scratch. */
  transfer?: boolean;
}

/** What came out of an experiment: plain JSON. */
export interface ExperimentResult extends Experiment {
  /** `matrix[i][j]`: accuracy on task i after training task j; null: not measured. */
  matrix: AccuracyMatrix;
  /** Metrics of the matrix. */
  metrics: Pick<CLMetrics, 'acc' | 'bwt' | 'fwt' | 'fm' | 'intransigence' | 'averageForgetting' | 'averageIncrementalAccuracy'>;
  /** Wall time of training and evaluation, without reading the data set. */
  seconds: number;
  /** Highest resident memory of the process that ran it, in MB (10⁶ bytes). */
  peakMb: number;
  /** Parameters at the end. */
  capacity: CapacityReport;
  /** Hash of everything that decided the data. */
  fingerprint: string;
  /** Where it ran. */
  device: string;
  /** Forward transfer, where asked for. */
  transferReport?: TransferReport;
}

/**
 * Runs one experiment from start to end.
 *
 * @param experiment what to run
 * @param onProgress see `TrainCall`
 * @throws when names or options are wrong, or the loss explodes
 */
export async function runExperiment(
  experiment: Experiment,
  onProgress?: (event: ProgressEvent) => void,
): Promise<ExperimentResult> {
  await initBackend();
  const stream = openStream(experiment);
  const model = makeModel(experiment, stream);
  const trainer = findMethod(experiment.method).create(model, { ...experiment.options, seed: experiment.seed });
  try {
    const started = performance.now();
    const loaders = { trainLoaders: stream.trainLoaders, testLoaders: evaluated(stream) };
    const transferReport = experiment.transfer
      ? await measureTransfer(trainer, loaders, { hidden: experiment.stream.hidden, onProgress })
      : undefined;
    const tracker = transferReport ? trainer.tracker! : await trainer.runSequence(loaders, { onProgress });
    const seconds = (performance.now() - started) / 1000;
    return {
      ...experiment,
      ...describe(trainer, tracker.compute()),
      seconds,
      fingerprint: stream.fingerprint,
      ...(transferReport && { transferReport }),
    };
  } finally {
    trainer.dispose();
    model.dispose();
  }
}

/** Opens the task stream of an experiment. */
export function openStream({
  scenario,
  dataset,
  seed,
  stream,
}: Pick<Experiment, 'scenario' | 'dataset' | 'seed' | 'stream'>): TaskStream {
  const { hidden: _, ...settings } = stream;
  const options = { ...settings, seed };
  switch (dataset) {
    case 'split-mnist':
      return getSplitMnist({ ...options, scenario });
    case 'split-fashion-mnist':
      return getSplitFashionMnist({ ...options, scenario });
    case 'permuted-mnist':
      return getPermutedMnist({ ...options, scenario });
    case 'rotated-mnist':
      return getRotatedMnist({ ...options, scenario });
    default:
      throw problem(
        'benchmark',
        `unknown data set '${String(dataset)}'`,
        'use split-mnist, permuted-mnist, split-fashion-mnist or rotated-mnist',
      );
  }
}

function evaluated(stream: TaskStream): TaskStream['testLoaders'] {
  return stream.validationLoaders.length ? stream.validationLoaders : stream.testLoaders;
}

function makeModel({ scenario, method, seed, stream }: Experiment, { tasks }: TaskStream): Model {
  const options = { inputSize: tasks[0].inputSize, hidden: stream.hidden, seed };
  const architecture = findMethod(method).needs.architecture ?? architectureFor(scenario);
  const { create, needs } = findArchitecture(architecture);
  const nClasses = Math.max(...tasks.flatMap((task) => task.classes)) + 1;
  return create((needs.outputs === 'fixed' ? { ...options, nClasses } : options) as never) as Model;
}

function describe(
  trainer: CLTrainer<object>,
  metrics: CLMetrics,
): Pick<ExperimentResult, 'matrix' | 'metrics' | 'capacity' | 'peakMb' | 'device'> {
  const { acc, bwt, fwt, fm, intransigence, averageForgetting, averageIncrementalAccuracy } = metrics;
  return {
    matrix: metrics.matrix,
    metrics: { acc, bwt, fwt, fm, intransigence, averageForgetting, averageIncrementalAccuracy },
    capacity: trainer.capacityReport(),
    peakMb: Math.round(process.resourceUsage().maxRSS / 1000),
    device: getDevice(),
  };
}
