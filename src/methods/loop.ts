import { backend } from '../backend';
import type { Value } from '../backend';
import type { TaskLoader } from '../data/loader';
import type { CLMetricsTracker } from '../metrics';
import type { TaskChoice } from '../models';
import type { TrainingBatch } from './trainingBatch';
import { TrainingInterrupted } from './progress';
import type { ProgressEvent, TrainCall, TrainingReport } from './progress';

/** Where training of a task stands; kept when it is interrupted. */
export interface TaskCursor {
  task: number;
  /** Epoch, from 0. */
  epoch: number;
  /** Next batch of the epoch, from 0. */
  batch: number;
}

/** What the loop needs of the trainer. */
export interface StepSource {
  /** One training step; returns the loss as a value. */
  step(batch: TrainingBatch): Value;
  /** Host draws for the next step. */
  feeds(batchSize: number): Record<string, Int32Array>;
  task: TaskChoice;
  likelyCause(): string;
  nTasks: number;
  tracker: CLMetricsTracker | undefined;
}

/** Between two looks at the clock, the interrupt signal and the losses there are as many steps as fit into this time. */
const CHUNK_MS = 40;
const PROGRESS_MS = 100;
/** A mean cross-entropy beyond this is no learning any more (10 classes at chance: 2.3). */
const EXPLODED = 1e6;

/** Trains on one task from `cursor` on, which it moves along. */
export async function runTask(
  loader: TaskLoader,
  epochs: number,
  cursor: TaskCursor,
  call: TrainCall,
  source: StepSource,
): Promise<TrainingReport> {
  const watch = new Watch(loader, epochs, cursor, call, source);
  let chunk = 4;
  try {
    for (; cursor.epoch < epochs; cursor.epoch++, cursor.batch = 0) {
      const order = loader.epoch(cursor.epoch);
      watch.beginEpoch();
      while (cursor.batch < loader.batchesPerEpoch) {
        const done = cursor.epoch * loader.batchesPerEpoch + cursor.batch;
        if (call.probes?.steps.includes(done)) await call.probes.measure(done);
        const started = performance.now();
        const steps = Math.min(chunk, loader.batchesPerEpoch - cursor.batch, stepsToNextProbe(call, done));
        const losses = runSteps(loader, order, cursor.batch, steps, source);
        watch.check(losses);
        cursor.batch += steps;
        const msPerStep = (performance.now() - started) / steps;
        chunk = Math.max(1, Math.min(64, Math.round(CHUNK_MS / msPerStep)));
        await new Promise((resolve) => setImmediate(resolve));
        if (call.signal?.aborted) throw new TrainingInterrupted(`${watch.where()}: interrupted; what was learnt is kept, call again to go on`);
        watch.report();
      }
    }
    return watch.finish();
  } finally {
    loader.release();
  }
}

function stepsToNextProbe({ probes }: TrainCall, done: number): number {
  return Math.min(...(probes?.steps ?? []).filter((step) => step > done).map((step) => step - done), Infinity);
}

/** Runs `steps` training steps op by op and reads their losses back in one go at the end. */
function runSteps(loader: TaskLoader, order: Int32Array, first: number, steps: number, source: StepSource): Float32Array {
  const { kernels: k, scope, toHost, dispose } = backend();
  const { images, labels } = loader.resident();
  const losses: Value[] = [];
  for (let i = first; i < first + steps; i++) {
    const positions = order.slice(i * loader.batchSize, (i + 1) * loader.batchSize);
    const loss = scope(() => {
      const at = k.tensor(positions, [positions.length]);
      const feeds = Object.entries(source.feeds(positions.length)).map(([name, data]) => [name, k.tensor(data, [data.length])]);
      return source.step({
        x: k.gather(images, at),
        y: k.gather(labels, at),
        task: source.task,
        size: positions.length,
        feeds: Object.fromEntries(feeds) as Record<string, Value>,
      });
    });
    losses.push(loss);
  }
  const numbers = Float32Array.from(losses, (loss) => toHost(loss)[0]);
  dispose(...losses);
  return numbers;
}

/** Keeps the time, looks at the losses and tells the caller. */
class Watch {
  private readonly started = performance.now();
  private readonly steps: number;
  private done = 0;
  private sinceReport: number[] = [];
  private epochLoss = 0;
  private epochSteps = 0;
  private lastReport = 0;

  constructor(
    private readonly loader: TaskLoader,
    private readonly epochs: number,
    private readonly cursor: TaskCursor,
    private readonly call: TrainCall,
    private readonly source: StepSource,
  ) {
    this.steps = epochs * loader.batchesPerEpoch;
  }

  beginEpoch(): void {
    this.epochLoss = 0;
    this.epochSteps = 0;
  }

  /** Where training is, in words. */
  where(batch = this.cursor.batch): string {
    const { task, batchesPerEpoch } = this.loader;
    return `task ${task.id} (${task.name}), epoch ${this.cursor.epoch + 1} of ${this.epochs}, step ${batch} of ${batchesPerEpoch}`;
  }

  check(losses: Float32Array): void {
    losses.forEach((loss, i) => {
      if (loss <= EXPLODED) return;
      const what = Number.isFinite(loss) ? `the loss exploded to ${loss.toExponential(1)}` : 'the loss is not a number';
      throw new Error(`${this.where(this.cursor.batch + i + 1)}: ${what}; likely cause: ${this.source.likelyCause()}. The weights are lost; make model and trainer anew.`);
    });
    const sum = losses.reduce((total, loss) => total + loss, 0);
    this.epochLoss += sum;
    this.epochSteps += losses.length;
    this.done += losses.length;
    this.sinceReport.push(sum / losses.length);
  }

  report(force = false): void {
    const now = performance.now();
    if (!this.call.onProgress || (!force && now - this.lastReport < PROGRESS_MS)) return;
    this.call.onProgress(this.event());
    this.lastReport = now;
    this.sinceReport = [];
  }

  finish(): TrainingReport {
    this.sinceReport = [this.epochLoss / this.epochSteps];
    this.report(true);
    return { task: this.loader.task.id, steps: this.done, loss: this.epochLoss / this.epochSteps, seconds: this.seconds() };
  }

  private event(): ProgressEvent {
    const { loader, epochs, cursor, source } = this;
    const { task } = loader;
    const step = Math.min(this.steps, cursor.epoch * loader.batchesPerEpoch + cursor.batch);
    const stepsPerSecond = this.done / this.seconds();
    const stepsLeft = this.steps - step + (source.nTasks - 1 - task.id) * this.steps;
    const matrix = source.tracker?.matrix;
    return {
      task: task.id,
      nTasks: source.nTasks,
      taskName: task.name,
      epoch: Math.min(epochs, cursor.epoch + 1),
      epochs,
      step,
      steps: this.steps,
      loss: this.sinceReport.reduce((a, b) => a + b, 0) / Math.max(1, this.sinceReport.length),
      stepsPerSecond,
      secondsLeft: stepsLeft / stepsPerSecond,
      accuracy: source.tracker && lastColumnMean(source.tracker.matrix, task.id - 1),
      matrix,
    };
  }

  private seconds(): number {
    return Math.max(1e-6, (performance.now() - this.started) / 1000);
  }
}

/** Mean over the learnt tasks' accuracies in a column of the matrix; undefined before there are any. */
function lastColumnMean(matrix: readonly (readonly (number | null)[])[], column: number): number | undefined {
  const values = matrix.slice(0, column + 1).map((row) => row[column]);
  const known = values.filter((value): value is number => typeof value === 'number');
  return known.length ? known.reduce((a, b) => a + b, 0) / known.length : undefined;
}
