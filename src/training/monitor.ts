import type { TaskCursor } from './cursor';
import { DIVERGENCE } from './divergence';
import { batchesIn, epochsOf, stepsOf } from './plan';
import type { TaskTraining } from './plan';
import type { ProgressEvent, TrainCall, TrainingReport } from './progress';

const PROGRESS_MS = 100;
/** A mean cross-entropy beyond this is no learning any more (10 classes at chance: 2.3). */
const EXPLODED = 1e4;

/** Losses summed over samples, and over how many. */
interface LossSum {
  sum: number;
  samples: number;
}

/** The mean loss of a sample; NaN before the first. */
const meanOf = ({ sum, samples }: LossSum): number => sum / samples;

/** Keeps the time of a task's training, looks at the losses and tells the caller. */
export class Monitor {
  /** Steps of the task, over all phases and epochs. */
  readonly steps: number;
  /** How many steps the loop runs between two looks at the clock. */
  chunk = 4;
  private readonly started = performance.now();
  private done = 0;
  private sinceReport: LossSum = { sum: 0, samples: 0 };
  private lastReport = 0;

  constructor(
    private readonly training: TaskTraining,
    private readonly cursor: TaskCursor,
    private readonly call: TrainCall,
  ) {
    this.steps = training.phases.reduce((sum, phase) => sum + stepsOf(phase, training.data), 0);
  }

  /** Epochs of the task, over all phases. */
  private get epochs(): number {
    return this.training.phases.reduce((sum, phase) => sum + epochsOf(phase, this.training.data), 0);
  }

  /** The epoch of the task, over all phases, from 0. */
  epochOfTask(): number {
    const before = this.training.phases.slice(0, this.cursor.phase);
    return before.reduce((sum, phase) => sum + epochsOf(phase, this.training.data), 0) + this.cursor.epoch;
  }

  /** Steps of the task done so far. */
  step(): number {
    const { phases, data } = this.training;
    const before = phases.slice(0, this.cursor.phase).reduce((sum, phase) => sum + stepsOf(phase, data), 0);
    return before + this.cursor.epoch * data.batchesPerEpoch + this.cursor.batch;
  }

  beginEpoch(): void {
    Object.assign(this.cursor.loss, { sum: 0, samples: 0 });
  }

  /** Where training is, in words. */
  where(batch = this.cursor.batch): string {
    const { task, data, phases } = this.training;
    const { name } = phases[this.cursor.phase];
    const batches = batchesIn(phases[this.cursor.phase], data, this.cursor.epoch);
    const epoch = `${name ? `${name}, ` : ''}epoch ${this.epochOfTask() + 1} of ${this.epochs}`;
    return `task ${task.id + 1} (${task.name}), ${epoch}, step ${batch} of ${batches}`;
  }

  /** Adds the losses of the next batches to the means. The error to throw where one is no loss any more. */
  add(losses: Float32Array, batches: readonly Int32Array[]): Error | undefined {
    losses.forEach((loss, i) => {
      for (const total of [this.cursor.loss, this.sinceReport]) {
        total.sum += loss * batches[i].length;
        total.samples += batches[i].length;
      }
    });
    this.done += losses.length;
    const bad = losses.findIndex((loss) => !(loss <= EXPLODED));
    return bad < 0 ? undefined : this.explosion(losses[bad], this.where(this.cursor.batch + bad + 1));
  }

  /** Tells the caller, at most ten times a second. */
  report(force = false): void {
    const now = performance.now();
    if (!this.call.onProgress || (!force && now - this.lastReport < PROGRESS_MS)) return;
    this.call.onProgress(this.event());
    this.lastReport = now;
    this.sinceReport = { sum: 0, samples: 0 };
  }

  finish({ execution, executionNote }: Pick<TrainingReport, 'execution' | 'executionNote'>): TrainingReport {
    this.sinceReport = { ...this.cursor.loss };
    this.report(true);
    return {
      task: this.training.task.id,
      steps: this.done,
      loss: meanOf(this.cursor.loss),
      seconds: this.seconds(),
      execution,
      executionNote,
    };
  }

  private explosion(loss: number, where: string): Error {
    const what = Number.isFinite(loss) ? `${DIVERGENCE.exploded} to ${loss.toExponential(1)}` : DIVERGENCE.notANumber;
    const cause = this.training.likelyCause();
    return new Error(`${where}: ${what}; likely cause: ${cause}. The weights are lost; make model and trainer anew.`);
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
      loss: meanOf(this.sinceReport),
      stepsPerSecond,
      secondsLeft: stepsLeft === 0 ? 0 : stepsLeft / stepsPerSecond,
      ...this.training.standing(),
    };
  }

  private seconds(): number {
    return Math.max(1e-6, (performance.now() - this.started) / 1000);
  }
}
