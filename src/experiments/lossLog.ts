import type { TrainCall, TrainingReport } from '../training';

/** Most numbers a task: 2 kB of text, however long it is. */
const MOST = 256;

/** The training losses of one task, thinned: each number is the mean over `every` steps (the last one over what is left). */
export interface TaskLosses {
  /** Id of the task. */
  task: number;
  /** The step the first number begins with, from 0; more than 0 only where the log began in the middle of a task. */
  firstStep: number;
  /** Training steps that were logged. */
  steps: number;
  /** Steps each number stands for, a power of two. */
  every: number;
  /** Mean training losses in nats, 5 digits. */
  losses: number[];
}

/**
 * Logs the training losses of a run while it trains, a few hundred numbers a task however long it is. Pass its `call` on to
 * the training call.
 */
export class LossLog {
  /** Finished tasks. */
  readonly tasks: TaskLosses[];
  private running = new Thinned();

  /** @param before what was logged before an interruption; default nothing */
  constructor(before: readonly TaskLosses[] = []) {
    this.tasks = [...before];
  }

  /** What a training call has to be given. */
  get call(): Required<Pick<TrainCall, 'onLosses' | 'onTask'>> {
    return {
      onLosses: (losses, firstStep) => this.running.take(losses, firstStep),
      onTask: ({ task }: TrainingReport) => {
        this.tasks.push({ task, ...this.running.thinned() });
        this.running = new Thinned();
      },
    };
  }
}

/** Means over groups of steps; where there would be too many, two neighbours become one. */
class Thinned {
  private firstStep = 0;
  private steps = 0;
  private every = 1;
  private sums: number[] = [];

  take(losses: Float32Array, firstStep: number): void {
    if (this.steps === 0) this.firstStep = firstStep;
    for (const loss of losses) {
      const group = Math.floor(this.steps / this.every);
      this.sums[group] = (this.sums[group] ?? 0) + loss;
      this.steps++;
      if (this.steps === MOST * this.every) this.halve();
    }
  }

  thinned(): Omit<TaskLosses, 'task'> {
    const { firstStep, steps, every, sums } = this;
    const size = (group: number) => Math.min(every, steps - group * every);
    return { firstStep, steps, every, losses: sums.map((sum, group) => Number((sum / size(group)).toPrecision(5))) };
  }

  private halve(): void {
    this.sums = Array.from({ length: MOST / 2 }, (_, i) => this.sums[2 * i] + this.sums[2 * i + 1]);
    this.every *= 2;
  }
}
