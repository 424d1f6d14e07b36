import type { TaskLoader } from '../data/loader';
import type { AccuracyMatrix } from '../metrics';

/** What a running training tells about itself, at most ten times a second. */
export interface ProgressEvent {
  /** Position of the task in the stream, from 0. */
  task: number;
  /** Tasks in the stream. */
  nTasks: number;
  /** Name of the task. */
  taskName: string;
  /** Epoch within the task, from 1. */
  epoch: number;
  /** Epochs a task. */
  epochs: number;
  /** Steps done in this task, over all epochs. */
  step: number;
  /** Steps of this task, over all epochs. */
  steps: number;
  /** Mean cross-entropy (nats) over the steps since the last event. */
  loss: number;
  /** Training steps a second, over this call. */
  stepsPerSecond: number;
  /** Estimated seconds until the task (or, in runSequence, the stream) is trained. */
  secondsLeft: number;
  /** Mean test accuracy over the tasks evaluated last, once there is one. */
  accuracy?: number;
  /** The accuracy matrix so far, in runSequence. */
  matrix?: AccuracyMatrix;
}

/** Options of a training call. */
export interface TrainCall {
  /** Called at most ten times a second, once at the end of each task, and in `runSequence` once more with the whole matrix. */
  onProgress?: (event: ProgressEvent) => void;
  /** Stops training between two steps when its `aborted` becomes true; an `AbortSignal` will do. Call again to go on. */
  signal?: { readonly aborted: boolean };
  /**
   * How the steps are executed: `'recorded'` as a TensorFlow graph of several steps a call, `'op-by-op'` one operation after
   * the other (for debugging), `'auto'` (default; also taken from the environment variable CL_EXECUTION) recorded where that
   * is faster. The numbers are the same but for rounding. What cannot be recorded runs op by op, whatever is asked for.
   */
  execution?: 'auto' | 'recorded' | 'op-by-op';
  /**
   * Called with the mean losses (nats) of every chunk of steps, one a step.
   *
   * @param firstStep number of the chunk's first step within the task, from 0
   */
  onLosses?: (losses: Float32Array, firstStep: number) => void;
  /** Called when a task is trained to the end, with the report that `trainTask` returns. */
  onTask?: (report: TrainingReport) => void;
  /** Measurements during the task, for learning curves. */
  probes?: Probes;
}

/**
 * Where `runSequence` keeps its trainer while it learns. Whatever ends the process, running the same again goes on from the last
 * checkpoint, with the numbers that an uninterrupted run gives, bit for bit on the same backend with `execution` `'recorded'` or
 * `'op-by-op'` (`'auto'` chooses by the clock: the last digits may differ).
 */
export interface CheckpointOptions {
  /** A folder of this training's own; made when it is missing. Also a file that ends in `.safetensors`. */
  folder: string;
  /** Saves after every so many steps of a task, too; default: after each task, and when training is interrupted. */
  everySteps?: number;
}

/** Options of `runSequence`. */
export interface SequenceCall extends TrainCall {
  /** Keeps the trainer in a file while it learns, and goes on from there when the same is run again; see `CheckpointOptions`. */
  checkpoint?: CheckpointOptions;
}

/** Where in a task to stop for a measurement: after listed steps, or every so many. */
export interface Probes {
  /** Numbers of training steps of the task; 0 is before the first step, when the model has its head or column already. */
  readonly steps?: readonly number[];
  /** In place of `steps`: before the first step, after every so many steps, and after the last one of the task. */
  readonly every?: number;
  /** Called after each of these numbers of steps; the model may be evaluated here. What it does never changes the training. */
  measure(step: number, loader: TaskLoader): void | Promise<void>;
}

/** What a training call returns. */
export interface TrainingReport {
  /** Id of the task. */
  readonly task: number;
  /** Training steps done by this call. */
  readonly steps: number;
  /** Mean loss (nats) of the last epoch; NaN where the method learns without training steps. */
  readonly loss: number;
  /** Wall time in seconds. */
  readonly seconds: number;
  /** How the steps were executed. */
  readonly execution: 'recorded' | 'op-by-op';
  /** Why not recorded, where that was not asked for. */
  readonly executionNote?: string;
}

/** Thrown when `signal` stopped a training call; everything learnt so far is kept, and the same call goes on from there. */
export class TrainingInterrupted extends Error {
  /** By this name a caught error is recognised in another process, too. */
  override readonly name = 'TrainingInterrupted';
}
