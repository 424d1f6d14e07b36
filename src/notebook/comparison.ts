import { accuracyMatrixFigure, type AccuracyMatrixFigureOptions } from '../figures/accuracyMatrixFigure';
import { methodLabel } from '../figures/palette';
import { initBackend } from '../backend';
import { checkIdentified, ownRun } from '../experiments/ownRun';
import { OwnTraining } from '../experiments/ownTraining';
import { mean } from '../metrics';
import { saysDiverged } from '../training';
import type { CLTrainer, ProgressEvent, TaskLoaders } from '../training';
import { problem, shown } from '../utils/errors';
import { checkedPlan, type CheckedPlan, type ComparisonPlan } from './comparisonPlan';
import { divergedRun, finishedRun, type ComparisonRun, type Job, type RunHead } from './comparisonRun';
import { trainLive, type LiveCall } from './trainLive';
import { visibleLine } from '../utils/visible';

/** A training that has begun. */
interface Running {
  job: Job;
  head: RunHead;
  training: OwnTraining;
}

/**
 * Trains several methods on the same streams, live, and keeps what is finished: after an interrupt, `train()` goes on in
 * the middle of the run it was in; with a `store` also after a restart of the kernel.
 *
 * @example
 * const comparison = new Comparison({ seeds: [1, 2], stream: (seed) => getSplitMnist({ seed }), methods: { … }, store: 'runs' });
 * const runs = await comparison.train();
 */
export class Comparison {
  private readonly jobs: Job[];
  private readonly done = new Map<Job, ComparisonRun>();
  private readonly streams = new Map<number, TaskLoaders>();
  private running: Running | undefined;
  private busy = false;
  private readonly plan: CheckedPlan;

  /**
   * @param plan methods, streams, seeds and values; store and settings
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

  /** The runs so far, in the order of the plan: those that are finished, and those that diverged, with `failed`. */
  get runs(): ComparisonRun[] {
    return this.jobs.flatMap((job) => this.done.get(job) ?? []);
  }

  /**
   * Trains all runs that are not finished yet, with a progress line and the accuracy matrix of the run that is training. One that
   * diverges does not end the others: it stands among the runs with the reason (`failed`), is counted in figures and tables (`4 of 5
   * seeds`) and enters no mean; the next call tries it again.
   *
   * @returns one entry a run, for figures, `summaryRows` and `runRows`
   * @throws after an interrupt an error named `Interrupted`; call again to go on; when every run diverged
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
    for (const [job, { failed }] of this.done) if (failed !== undefined) this.done.delete(job);
    let texts: AccuracyMatrixFigureOptions = {};
    const figure = (matrix: (number | null)[][]) => accuracyMatrixFigure(matrix, texts);
    await trainLive(
      async (live) => {
        await initBackend();
        this.takeFromStore();
        for (const job of this.open()) {
          texts = { title: this.title(job), taskNames: this.streamOf(job.seed).trainLoaders.map(({ task }) => task.name) };
          await this.trainOne(job, live);
        }
      },
      { figure, quiet: this.plan.quiet },
    );
    this.tellFailures();
    return this.runs;
  }

  /** Frees the trainer and model of an interrupted run; finished ones are freed already. */
  dispose(): void {
    this.running?.training.trainer.dispose();
    this.running?.training.trainer.model.dispose();
    this.running = undefined;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    const finished = this.runs.filter(({ failed }) => failed === undefined).length;
    return `Comparison (${Object.keys(this.plan.methods).join(', ')}: ${finished} of ${this.jobs.length} runs finished)`;
  }

  /** The jobs that are not done, the one that was interrupted first. */
  private open(): Job[] {
    const open = this.jobs.filter((job) => !this.done.has(job));
    const { running } = this;
    return running ? [running.job, ...open.filter((job) => job !== running.job)] : open;
  }

  private takeFromStore(): void {
    const { store, quiet } = this.plan;
    if (!store) return;
    let found = 0;
    for (const job of this.open().filter((one) => one !== this.running?.job)) {
      const { head, training } = this.begin(job);
      const kept = store.finished(training.run.id);
      if (kept) this.done.set(job, finishedRun(head, kept));
      found += kept ? 1 : 0;
      training.trainer.dispose();
      training.trainer.model.dispose();
    }
    if (found > 0 && !quiet) console.log(`${found} of ${this.jobs.length} runs come from the store ${store.folder}`);
  }

  private async trainOne(job: Job, { onProgress, signal }: LiveCall): Promise<void> {
    const { head, training } = (this.running ??= this.begin(job));
    let last: ProgressEvent | undefined;
    const follow = (event: ProgressEvent): void => onProgress((last = this.describe(event, job)));
    try {
      const result = await training.train({ onProgress: follow, signal });
      if (last) onProgress({ ...last, matrix: result.matrix });
      this.done.set(job, finishedRun(head, result));
    } catch (error) {
      const { message } = error as Error;
      if (!saysDiverged(message)) throw error;
      const parameters = training.trainer.capacityReport().total;
      this.done.set(job, divergedRun(head, this.streamOf(job.seed).trainLoaders.length, training.seconds, parameters, message));
    }
    this.dispose();
  }

  private begin(job: Job): Running {
    const { store, settings } = this.plan;
    const { name, seed, value } = job;
    const trainer = this.make(job);
    const label = name === trainer.method ? {} : { label: name };
    const run = ownRun(trainer, this.streamOf(seed), label.label);
    if (store) checkIdentified(run);
    const id = run.id === '' ? {} : { id: run.id };
    const head = { method: trainer.method, ...label, seed, value, ...id, ...(settings !== undefined && { settings }) };
    return { job, head, training: new OwnTraining(run, trainer, this.streamOf(seed), store, false) };
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

  private tellFailures(): void {
    const failed = this.runs.filter((run) => run.failed !== undefined);
    if (failed.length === 0) return;
    const lines = failed.map(({ label, method, seed, failed: reason }) =>
      visibleLine(`${label ?? methodLabel(method)}, seed ${seed}: ${reason}`),
    );
    if (failed.length === this.jobs.length) throw new Error(lines[0]);
    console.warn(`${failed.length} of ${this.jobs.length} runs gave no result:\n${lines.join('\n')}`);
  }

  /** The event with the run's name beside the task's, and the time left for all runs. */
  private describe(event: ProgressEvent, job: Job): ProgressEvent {
    const later = this.open().filter((other) => other !== job);
    const left = later.reduce((sum, other) => sum + this.estimate(other, event), event.secondsLeft);
    const run = this.jobs.length > 1 ? `, run ${this.jobs.indexOf(job) + 1} of ${this.jobs.length}` : '';
    return { ...event, taskName: `${methodLabel(job.name)}${run}: ${event.taskName}`, secondsLeft: left };
  }

  /** Seconds of a run that has not begun: as the finished ones of its method, else as all, else as the running one. */
  private estimate({ name }: Job, { steps, nTasks, stepsPerSecond }: ProgressEvent): number {
    const finished = this.runs.filter(({ failed }) => failed === undefined);
    const same = finished.filter((run) => (run.label ?? run.method) === name);
    const known = same.length > 0 ? same : finished;
    return known.length > 0 ? mean(known.map(({ seconds }) => seconds)) : (steps * nTasks) / stepsPerSecond;
  }

  private title({ name, seed, value }: Job): string {
    const swept = this.plan.values ? `, value ${value}` : '';
    return `Accuracy matrix: ${methodLabel(name)}${swept}, seed ${seed}`;
  }
}
