import type { TaskCursor } from './cursor';
import type { TaskTraining } from './plan';
import type { ProgressEvent, TrainCall, TrainingReport } from './progress';

const PROGRESS_MS = 100;
/** A mean cross-entropy beyond this is no learning any more (10 classes at chance: 2.3). */
const EXPLODED = 1e4;

/** A mean over samples that comes in parts. */
class SampleMean {
  private sum = 0;
  private count = 0;

  add(mean: number, samples: number): void {
    this.sum += mean * samples;
    this.count += samples;
  }

  /** NaN before anything was added. */
  get value(): number {
    return this.sum / this.count;
  }
}

/** Keeps the time of a task's training, looks at the losses and tells the caller. */
export class Monitor {
  /** Steps of the task, over all phases and epochs. */
  readonly steps: number;
  /** How many steps the loop runs between two looks at the clock. */
  chunk = 4;
  private readonly started = performance.now();
  private done = 0;
  private sinceReport = new SampleMean();
  private epochLoss = new SampleMean();
  private lastReport = 0;

  constructor(
    private readonly training: TaskTraining,
    private readonly cursor: TaskCursor,
    private readonly call: TrainCall,
  ) {
    this.steps = this.epochs * training.data.batchesPerEpoch;
  }

  /** Epochs of the task, over all phases. */
  private get epochs(): number {
    return this.training.phases.reduce((sum, { epochs }) => sum + epochs, 0);
  }

  /** The epoch of the task, over all phases, from 0. */
  epochOfTask(): number {
    const before = this.training.phases.slice(0, this.cursor.phase);
    return before.reduce((sum, { epochs }) => sum + epochs, 0) + this.cursor.epoch;
  }

  /** Steps of the task done so far. */
  step(): number {
    return this.epochOfTask() * this.training.data.batchesPerEpoch + this.cursor.batch;
  }

  beginEpoch(): void {
    this.epochLoss = new SampleMean();
  }

  /** Where training is, in words. */
  where(batch = this.cursor.batch): string {
    const { task, data } = this.training;
    const epoch = `epoch ${this.epochOfTask() + 1} of ${this.epochs}`;
    return `task ${task.id + 1} (${task.name}), ${epoch}, step ${batch} of ${data.batchesPerEpoch}`;
  }

  /** Throws where a loss is none; else adds the losses of these batches to the means. */
  check(losses: Float32Array, batches: readonly Int32Array[]): void {
    losses.forEach((loss, i) => {
      if (loss <= EXPLODED) return;
      const what = Number.isFinite(loss) ? `the loss exploded to ${loss.toExponential(1)}` : 'the loss is not a number';
      const where = this.where(this.cursor.batch + i + 1);
      throw new Error(
        `${where}: ${what}; likely cause: ${this.training.likelyCause()}. The weights are lost; make model and trainer anew.`,
      );
    });
    losses.forEach((loss, i) => {
      this.epochLoss.add(loss, batches[i].length);
      this.sinceReport.add(loss, batches[i].length);
    });
    this.done += losses.length;
  }

  /** Tells the caller, at most ten times a second. */
  report(force = false): void {
    const now = performance.now();
    if (!this.call.onProgress || (!force && now - this.lastReport < PROGRESS_MS)) return;
    this.call.onProgress(this.event());
    this.lastReport = now;
    this.sinceReport = new SampleMean();
  }

  finish({ execution, executionNote }: Pick<TrainingReport, 'execution' | 'executionNote'>): TrainingReport {
    this.sinceReport = this.epochLoss;
    this.report(true);
    return {
      task: this.training.task.id,
      steps: this.done,
      loss: this.epochLoss.value,
      seconds: this.seconds(),
      execution,
      executionNote,
    };
  }

  private event(): ProgressEvent {
    const { task, nTasks } = this.training;
    const step = Math.min(this.steps, this.step());
    const stepsPerSecond = this.done / this.seconds();
    const stepsLeft = this.steps - step + (nTasks - 1 - task.id) * this.steps;
    return {
      task: task.id,
      nTasks,
      taskName: task.name,
      epoch: Math.min(this.epochs, this.epochOfTask() + 1),
      epochs: this.epochs,
      step,
      steps: this.steps,
      loss: this.sinceReport.value,
      stepsPerSecond,
      secondsLeft: stepsLeft / stepsPerSecond,
      ...this.training.standing(),
    };
  }

  private seconds(): number {
    return Math.max(1e-6, (performance.now() - this.started) / 1000);
  }
}
