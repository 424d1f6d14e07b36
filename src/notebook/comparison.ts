import type { CLTrainer, ProgressEvent, TaskLoaders } from '../training';
import type { SweepRun } from '../figures/sweepFigure';
import { accuracyMatrixFigure, type AccuracyMatrixFigureOptions } from '../figures/accuracyMatrixFigure';
import { methodLabel } from '../figures/palette';
import { mean } from '../metrics';
import { problem, shown } from '../utils/errors';
import { checkedPlan, type CheckedPlan, type ComparisonPlan } from './comparisonPlan';
import { trainLive, type LiveCall } from './trainLive';

/** A finished run: what figures and tables take. */
export interface ComparisonRun extends SweepRun {
  /** Wall time of training and evaluation in seconds. */
  seconds: number;
  /** Parameters of the model at the end. */
  parameters: number;
  /** Value of the swept hyperparameter; 0 where there is no sweep. */
  value: number;
}

interface Job {
  name: string;
  seed: number;
  value: number;
}

/**
 * Trains several methods on the same streams, live, and keeps what is finished: after an interrupt, `train()` goes on in
 * the middle of the run it was in.
 *
 * @example
 * const comparison = new Comparison({ seeds: [1, 2], stream: (seed) => getSplitMnist({ seed }), methods: { … } });
 * const runs = await comparison.train();
 */
export class Comparison {
  /** The runs that are finished. */
  readonly runs: ComparisonRun[] = [];
  private readonly jobs: Job[];
  private readonly streams = new Map<number, TaskLoaders>();
  private running: { trainer: CLTrainer<object>; seconds: number } | undefined;
  private busy = false;
  private readonly plan: CheckedPlan;

  /**
   * @param plan methods, streams, seeds and values
   * @throws when there is no method or no seed, a seed or value is there twice, or something is not what it has to be
   */
  constructor(plan: ComparisonPlan) {
    this.plan = checkedPlan(plan);
    const { methods, seeds, values } = this.plan;
    this.jobs = seeds.flatMap((seed) =>
      (values ?? [0]).flatMap((value) => Object.keys(methods).map((name) => ({ name, seed, value }))),
    );
    if (this.jobs.length === 0) throw problem('Comparison', 'there is nothing to train', 'give at least one method');
  }

  /**
   * Trains all runs that are not finished yet, with a progress line and the accuracy matrix of the run that is training.
   *
   * @returns one entry a run, for figures, `summaryRows` and `runRows`
   * @throws after an interrupt an error named `Interrupted`; call again to go on
   */
  async train(): Promise<ComparisonRun[]> {
    if (this.busy) throw problem('Comparison', 'it is training already', 'await the first train() before you call it again');
    this.busy = true;
    try {
      return await this.trainRest();
    } finally {
      this.busy = false;
    }
  }

  private async trainRest(): Promise<ComparisonRun[]> {
    let texts: AccuracyMatrixFigureOptions = {};
    const figure = (matrix: (number | null)[][]) => accuracyMatrixFigure(matrix, texts);
    await trainLive(
      async (live) => {
        while (this.runs.length < this.jobs.length) {
          const job = this.jobs[this.runs.length];
          texts = { title: this.title(job), taskNames: this.streamOf(job.seed).trainLoaders.map(({ task }) => task.name) };
          await this.runNext(live);
        }
      },
      { figure, quiet: this.plan.quiet },
    );
    return this.runs;
  }

  /** Frees the trainer and model of an interrupted run; finished ones are freed already. */
  dispose(): void {
    this.running?.trainer.dispose();
    this.running?.trainer.model.dispose();
    this.running = undefined;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return `Comparison (${Object.keys(this.plan.methods).join(', ')}: ${this.runs.length} of ${this.jobs.length} runs finished)`;
  }

  private async runNext({ onProgress, signal }: LiveCall): Promise<void> {
    const job = this.jobs[this.runs.length];
    const { name, seed, value } = job;
    const stream = this.streamOf(seed);
    const running = (this.running ??= { trainer: this.make(job), seconds: 0 });
    const { trainer } = running;
    const started = performance.now();
    let last: ProgressEvent | undefined;
    const follow = (event: ProgressEvent): void => onProgress((last = this.describe(event, job)));
    try {
      const { matrix } = await trainer.runSequence(stream, { onProgress: follow, signal });
      if (last) onProgress({ ...last, matrix });
    } finally {
      running.seconds += (performance.now() - started) / 1000;
    }
    const label = name === trainer.method ? {} : { label: name };
    const parameters = trainer.capacityReport().total;
    this.runs.push({
      method: trainer.method,
      ...label,
      seed,
      value,
      matrix: trainer.tracker!.matrix,
      seconds: running.seconds,
      parameters,
    });
    this.dispose();
  }

  /** The job's trainer; it must really have the job's seed, else one seed would be counted as several. */
  private make({ name, seed, value }: Job): CLTrainer<object> {
    const trainer = this.plan.methods[name](seed, value);
    if (typeof trainer?.runSequence !== 'function') {
      throw problem(
        'Comparison',
        `methods['${name}'] made ${shown(trainer)}`,
        'return a trainer, e.g. new NaiveTrainer(model, { seed })',
      );
    }
    const own = (trainer.options as { seed?: number }).seed;
    if (own === undefined || own === seed) return trainer;
    const reason = `methods['${name}'] was asked for seed ${seed} and made a trainer with seed ${own}`;
    throw problem('Comparison', reason, 'pass the seed on to the trainer: (seed) => new NaiveTrainer(model, { seed })');
  }

  private streamOf(seed: number): TaskLoaders {
    const stream = this.streams.get(seed) ?? this.plan.stream(seed);
    this.streams.set(seed, stream);
    return stream;
  }

  /** The event with the run's name beside the task's, and the time left for all runs. */
  private describe(event: ProgressEvent, { name }: Job): ProgressEvent {
    const later = this.jobs.slice(this.runs.length + 1);
    const left = later.reduce((sum, job) => sum + this.estimate(job, event), event.secondsLeft);
    const run = this.jobs.length > 1 ? `, run ${this.runs.length + 1} of ${this.jobs.length}` : '';
    return { ...event, taskName: `${methodLabel(name)}${run}: ${event.taskName}`, secondsLeft: left };
  }

  /** Seconds of a run that has not begun: as the finished ones of its method, else as all, else as the running one. */
  private estimate({ name }: Job, { steps, nTasks, stepsPerSecond }: ProgressEvent): number {
    const same = this.runs.filter((run) => (run.label ?? run.method) === name);
    const known = same.length > 0 ? same : this.runs;
    return known.length > 0 ? mean(known.map(({ seconds }) => seconds)) : (steps * nTasks) / stepsPerSecond;
  }

  private title({ name, seed, value }: Job): string {
    const swept = this.plan.values ? `, value ${value}` : '';
    return `Accuracy matrix: ${methodLabel(name)}${swept}, seed ${seed}`;
  }
}
