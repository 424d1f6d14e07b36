import type { TaskLoader } from '../data/loader';
import type { TaskCursor } from './cursor';
import type { ProgressEvent, TrainCall, TrainingReport } from './progress';
import type { StepSource } from './runners/opByOp';

const PROGRESS_MS = 100;
/** A mean cross-entropy beyond this is no learning any more (10 classes at chance: 2.3). */
const EXPLODED = 1e4;

/** Keeps the time, looks at the losses and tells the caller. */
export class Watch {
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
    return `task ${task.id + 1} (${task.name}), epoch ${this.cursor.epoch + 1} of ${this.epochs}, step ${batch} of ${batchesPerEpoch}`;
  }

  check(losses: Float32Array): void {
    losses.forEach((loss, i) => {
      if (loss <= EXPLODED) return;
      const what = Number.isFinite(loss) ? `the loss exploded to ${loss.toExponential(1)}` : 'the loss is not a number';
      throw new Error(
        `${this.where(this.cursor.batch + i + 1)}: ${what}; likely cause: ${this.source.likelyCause()}. The weights are lost; make model and trainer anew.`,
      );
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

  finish({ execution, executionNote }: Pick<TrainingReport, 'execution' | 'executionNote'>): TrainingReport {
    this.sinceReport = [this.epochLoss / this.epochSteps];
    this.report(true);
    return {
      task: this.loader.task.id,
      steps: this.done,
      loss: this.epochLoss / this.epochSteps,
      seconds: this.seconds(),
      execution,
      executionNote,
    };
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
