import { initBackend } from '../backend';
import type { RunStore } from '../experiments';
import { checkIdentified, ownRun } from '../experiments/ownRun';
import { OwnTraining } from '../experiments/ownTraining';
import type { AccuracyMatrix, CLMetricsTracker } from '../metrics';
import type { CLTrainer, TaskLoaders } from '../training';
import type { ProgressEvent } from '../training/progress';
import { checkFunction, problem, shown, withDefaults } from '../utils/errors';
import { interruptible, type InterruptSignal } from './interrupt';
import { liveFigure, liveProgress, type DrawMatrix, type Live } from './live';
import { openedStore } from './openedStore';

/** What a training call needs to be followed and stopped; pass it on as it is. */
export interface LiveCall {
  /** Receives what the trainer reports. */
  readonly onProgress: (event: ProgressEvent) => void;
  /** Tells when the user pressed Interrupt. */
  readonly signal: InterruptSignal;
}

/** A trainer and the stream that it is to learn. */
export interface LiveTraining {
  /** A trainer on its model. */
  readonly trainer: CLTrainer<object>;
  /** The tasks, e.g. `getSplitMnist()`. */
  readonly stream: TaskLoaders;
}

/** Options of `trainLive`. */
export interface TrainLiveOptions {
  /** Makes the figure of the accuracy matrix; `false` for no figure. Default `accuracyMatrixFigure`. */
  figure?: DrawMatrix | false;
  /** Whether nothing is shown, neither line nor figure, e.g. in a script; Interrupt and Ctrl-C work all the same. Default false. */
  quiet?: boolean;
  /**
   * A store of runs or its folder, for a `{ trainer, stream }`: the trainer is kept there after each task, when it is interrupted and
   * when it is done, so that after a restart of the kernel a fresh one goes on where it stopped, or has learnt at once. Default: none.
   */
  store?: RunStore | string;
}

const DEFAULTS: { figure: DrawMatrix | false | undefined; quiet: boolean; store: TrainLiveOptions['store'] } = {
  figure: undefined,
  quiet: false,
  store: undefined,
};

/**
 * Trains with a progress line, an accuracy matrix that fills while training runs, and a working Interrupt button.
 *
 * @param run a trainer and its stream, or a function that starts training, e.g. `(live) => trainer.runSequence(stream, live)`; where
 *   its result has a `matrix` (as the tracker of `runSequence` has), the figure ends with it
 * @returns the tracker of the stream, or what the function returns
 * @throws what training throws; after an interrupt an error named `Interrupted`, what was learnt is kept
 * @example const tracker = await trainLive({ trainer, stream }, { store: 'runs' });
 */
export async function trainLive(run: LiveTraining, options?: TrainLiveOptions): Promise<CLMetricsTracker>;
export async function trainLive<T>(run: (live: LiveCall) => Promise<T>, options?: TrainLiveOptions): Promise<T>;
export async function trainLive(
  given: LiveTraining | ((live: LiveCall) => Promise<unknown>),
  options: TrainLiveOptions = {},
): Promise<unknown> {
  const { figure: draw, quiet, store } = withDefaults('trainLive', options, DEFAULTS);
  const run = startOf(given, store);
  if (draw !== undefined && draw !== false) checkFunction('trainLive', 'figure', draw, 'accuracyMatrixFigure');
  const line = quiet ? null : liveProgress();
  const figure = quiet || draw === false ? null : liveFigure(draw);
  let last: ProgressEvent | undefined;
  const onProgress = (event: ProgressEvent): void => {
    last = event;
    line?.update(event);
    figure?.update(event);
  };
  try {
    const result = await interruptible((signal) => run({ onProgress, signal }));
    const matrix = (result as { matrix?: ProgressEvent['matrix'] } | undefined)?.matrix;
    if (!last && matrix && typeof given !== 'function') showAtOnce(given, matrix, figure);
    if (last && Array.isArray(matrix)) onProgress({ ...last, matrix, accuracy: columnMean(matrix, last.task) ?? last.accuracy });
    return result;
  } finally {
    line?.done();
    figure?.done();
  }
}

/** The function that trains. */
function startOf(
  given: LiveTraining | ((live: LiveCall) => Promise<unknown>),
  store: TrainLiveOptions['store'],
): (live: LiveCall) => Promise<unknown> {
  if (typeof given === 'function') {
    if (store === undefined) return given;
    throw problem(
      'trainLive',
      'a store cannot tell what a function trains',
      'pass a trainer and its stream: { trainer, stream }',
    );
  }
  const { trainer, stream } = given ?? {};
  if (typeof trainer?.runSequence !== 'function' || !Array.isArray(stream?.trainLoaders)) {
    const remedy = 'pass { trainer, stream }, or (live) => trainer.runSequence(stream, live)';
    throw problem('trainLive', `run is ${shown(given)}`, remedy);
  }
  return store === undefined ? (live) => trainer.runSequence(stream, live) : (live) => trainKept(given, openedStore(store), live);
}

/** Trainings by their trainer: a cell that is run again goes on with its own. */
const trainings = new WeakMap<CLTrainer<object>, OwnTraining>();

async function trainKept({ trainer, stream }: LiveTraining, store: RunStore, live: LiveCall): Promise<CLMetricsTracker> {
  await initBackend();
  let training = trainings.get(trainer);
  if (!training) {
    const run = ownRun(trainer, stream);
    checkIdentified(run);
    trainings.set(trainer, (training = new OwnTraining(run, trainer, stream, store, true)));
  }
  await training.train(live);
  return trainer.tracker!;
}

/** The matrix of a training that had nothing to do. */
function showAtOnce({ stream }: LiveTraining, matrix: AccuracyMatrix, figure: Live | null): void {
  stream.trainLoaders.forEach(({ task }, position) =>
    figure?.update({ matrix, task: position, taskName: task.name } as ProgressEvent),
  );
}

/** Mean accuracy on the tasks learnt so far after training task `column`. */
function columnMean(matrix: readonly (readonly (number | null)[])[], column: number): number | undefined {
  const known = matrix
    .slice(0, column + 1)
    .map((row) => row[column])
    .filter((value): value is number => typeof value === 'number');
  return known.length > 0 ? known.reduce((sum, value) => sum + value, 0) / known.length : undefined;
}
