import { backend } from '../../backend';
import type { Value } from '../../backend';
import type { TaskLoader } from '../../data/loader';
import type { CLMetricsTracker } from '../../metrics';
import type { TaskChoice } from '../../models';
import type { Residency } from '../residency';
import type { TrainingBatch } from '../batch';

/** What the host draws for a step, by name. */
export type Feeds = Record<string, Int32Array>;

/** What the training loop needs of the trainer. */
export interface StepSource {
  /** One training step; returns the loss as a value. */
  step(batch: TrainingBatch): Value;
  /** Host draws for the next step. */
  feeds(batchSize: number): Feeds;
  task: TaskChoice;
  /** Why the steps may not be recorded; undefined when they may. */
  notRecordable: string | undefined;
  likelyCause(): string;
  nTasks: number;
  tracker: CLMetricsTracker | undefined;
}

/** Everything a runner is made of. */
export interface TaskSteps {
  readonly loader: TaskLoader;
  readonly data: Residency;
  readonly source: StepSource;
  readonly draws: Draws;
  /** Sizes of all batches to come. */
  readonly sizes: readonly number[];
}

/** Executes training steps. */
export interface StepRunner {
  readonly execution: 'recorded' | 'op-by-op';
  /** Why the steps are executed op by op although they could have been recorded. */
  readonly executionNote?: string;
  /** One step for each batch of sample numbers; gives the losses. */
  run(batches: readonly Int32Array[]): Float32Array;
  /** Frees what it holds; all variables then have their newest content. */
  close(): void;
}

/**
 * The host's draws in the order of the steps. Recording has to know how long they are before the first step, so they can be
 * drawn ahead; an interrupted task keeps those it has not used yet, so that going on gives the same numbers.
 */
export class Draws {
  private readonly ahead: Feeds[] = [];

  constructor(private readonly draw: (batchSize: number) => Feeds) {}

  /** For the next step. */
  next(batchSize: number): Feeds {
    return this.ahead.shift() ?? this.draw(batchSize);
  }

  /** For the step after `sizes.length − 1` others, given the batch sizes up to and including its own; it is not used up. */
  peek(sizes: readonly number[]): Feeds {
    while (this.ahead.length < sizes.length) this.ahead.push(this.draw(sizes[this.ahead.length]));
    return this.ahead[sizes.length - 1];
  }
}

/** Runs each operation at once: the reference, for every backend and every method. */
export class OpByOpRunner implements StepRunner {
  readonly execution = 'op-by-op';

  constructor(
    private readonly steps: TaskSteps,
    readonly executionNote?: string,
  ) {}

  run(batches: readonly Int32Array[]): Float32Array {
    const { toHost, dispose } = backend();
    const losses = batches.map((positions) => this.step(positions));
    const numbers = Float32Array.from(losses, (loss) => toHost(loss)[0]); // read back in one go: a step does not wait
    dispose(...losses);
    return numbers;
  }

  close(): void {}

  private step(positions: Int32Array): Value {
    const { kernels: k, scope } = backend();
    const { data, source, draws } = this.steps;
    const { images, labels } = data.data;
    return scope(() => {
      const at = k.tensor(positions, [positions.length]);
      const feeds = Object.entries(draws.next(positions.length)).map(([name, data]) => [name, k.tensor(data, [data.length])]);
      return source.step({
        x: k.gather(images, at),
        y: k.gather(labels, at),
        task: source.task,
        size: positions.length,
        feeds: Object.fromEntries(feeds) as Record<string, Value>,
      });
    });
  }
}
