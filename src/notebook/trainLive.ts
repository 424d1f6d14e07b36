import type { ProgressEvent } from '../training/progress';
import { checkFunction, withDefaults } from '../utils/errors';
import { interruptible, type InterruptSignal } from './interrupt';
import { liveFigure, liveProgress, type DrawMatrix } from './live';

/** What a training call needs to be followed and stopped; pass it on as it is. */
export interface LiveCall {
  /** Receives what the trainer reports. */
  readonly onProgress: (event: ProgressEvent) => void;
  /** Tells when the user pressed Interrupt. */
  readonly signal: InterruptSignal;
}

/** Options of `trainLive`. */
export interface TrainLiveOptions {
  /** Makes the figure of the accuracy matrix; `false` for no figure. Default `accuracyMatrixFigure`. */
  figure?: DrawMatrix | false;
  /** Whether nothing is shown, neither line nor figure, e.g. in a script; Interrupt and Ctrl-C work all the same. Default false. */
  quiet?: boolean;
}

const DEFAULTS: { figure: DrawMatrix | false | undefined; quiet: boolean } = { figure: undefined, quiet: false };

/**
 * Trains with a progress line, an accuracy matrix that fills while training runs, and a working Interrupt button.
 *
 * @param run starts training, e.g. `(live) => trainer.runSequence(stream, live)`; where its result has a `matrix` (as the
 *   tracker of `runSequence` has), the figure ends with it
 * @returns what `run` returns
 * @throws what `run` throws; after an interrupt an error named `Interrupted`, what was learnt is kept
 */
export async function trainLive<T>(run: (live: LiveCall) => Promise<T>, options: TrainLiveOptions = {}): Promise<T> {
  const { figure: draw, quiet } = withDefaults('trainLive', options, DEFAULTS);
  checkFunction('trainLive', 'run', run, '(live) => trainer.runSequence(stream, live)');
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
    if (last && Array.isArray(matrix)) onProgress({ ...last, matrix, accuracy: columnMean(matrix, last.task) ?? last.accuracy });
    return result;
  } finally {
    line?.done();
    figure?.done();
  }
}

/** Mean accuracy on the tasks learnt so far after training task `column`. */
function columnMean(matrix: readonly (readonly (number | null)[])[], column: number): number | undefined {
  const known = matrix
    .slice(0, column + 1)
    .map((row) => row[column])
    .filter((value): value is number => typeof value === 'number');
  return known.length > 0 ? known.reduce((sum, value) => sum + value, 0) / known.length : undefined;
}
