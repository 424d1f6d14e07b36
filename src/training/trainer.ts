import { backend, initBackend, Variable } from '../backend';
import type { Kernels, Value } from '../backend';
import type { TaskLoader } from '../data/loader';
import type { Task } from '../data/task';
import { CLMetricsTracker } from '../metrics';
import { countParameters } from '../models';
import type { Model, TaskChoice } from '../models';
import type { Gradients, Parameter } from '../autodiff';
import { checkCompatibility, SCENARIOS } from '../scenarios/compatibility';
import { checkNumber, problem, withDefaults } from '../utils/errors';
import { getSeed } from '../utils/random';
import type { TrainingBatch } from './batch';
import { notRecordable } from './runners/choose';
import { countCorrect } from './evaluation';
import { runTask } from './loop';
import type { TaskCursor } from './cursor';
import type { TrainCall, TrainingReport } from './progress';
import { TRAINER_DEFAULTS } from './types';
import type { CapacityReport, LossAndGradients, TaskLoaders, TrainerOptions } from './types';

/** What runs at every step. */
const STEP_HOOKS = ['feeds', 'composeBatch', 'gradients', 'adjustGradients', 'afterStep'];

/**
 * Learns a stream of tasks with one method. This class owns the training loop; a method overrides the hooks it needs:
 * `beginTask`, `feeds`, `composeBatch`, `gradients`, `adjustGradients`, `afterStep`, `endTask`.
 *
 * @example
 * const trainer = new EWC(new MultiHeadMLP(), { lambda: 100 });
 * const tracker = await trainer.runSequence(getSplitMnist());
 * console.log(tracker.compute().summary('EWC'));
 */
export abstract class CLTrainer<Own extends object = {}> {
  /**
   * That the step hooks of this class (`feeds`, `composeBatch`, `gradients`, `adjustGradients`, `afterStep`) can be recorded
   * as a graph: they use only `this.k` on values, and may run once instead of at every step, because they neither count
   * nor change anything in JavaScript (what must happen at every step goes into `hostCall` or `hostIf`, or into `feeds`, whose
   * draws must not depend on earlier steps). A class that overrides such a hook and does not declare it runs op by op.
   */
  static readonly recordable: boolean = true;
  /** Short name in tables and figures, e.g. `ewc`. */
  readonly method: string = 'custom';
  /** The options in force, defaults filled in. */
  readonly options: TrainerOptions & Own;
  /** The accuracy matrix of `runSequence`, from its first call on. */
  tracker: CLMetricsTracker | undefined;
  private readonly velocities = new Map<Parameter, Variable>();
  private readonly prepared = new Set<number>();
  private readonly trained: number[] = [];
  private readonly consolidated = new Set<number>();
  private cursor: TaskCursor | undefined;

  /**
   * @param model the network to train
   * @param options `{lr: 0.01, momentum: 0.9, epochs: 5, seed}` and the method's own
   * @param ownDefaults the method's own options with their defaults
   */
  constructor(
    readonly model: Model,
    options: Partial<TrainerOptions & Own> = {},
    ownDefaults: Own = {} as Own,
  ) {
    const defaults = { ...TRAINER_DEFAULTS, seed: getSeed(), ...ownDefaults };
    this.options = withDefaults(this.constructor.name, options, defaults) as TrainerOptions & Own;
    checkNumber(this.constructor.name, 'lr', this.options.lr, { min: 0 });
    checkNumber(this.constructor.name, 'momentum', this.options.momentum, { min: 0, max: 1 });
    checkNumber(this.constructor.name, 'epochs', this.options.epochs, { min: 1, integer: true });
    checkNumber(this.constructor.name, 'seed', this.options.seed, { integer: true });
  }

  // ── hooks: what a method may override ─────────────────────────────────────────────────────────────────────────────

  /** Before the first step of a task, after the model got its head or column. */
  protected beginTask(_task: Task): void | Promise<void> {}

  /** What the host draws for the next step, as int32 arrays whose lengths depend on the batch size only. */
  protected feeds(_batchSize: number): Record<string, Int32Array> {
    return {};
  }

  /** The batch to learn from; methods with a memory mix theirs in. */
  protected composeBatch(batch: TrainingBatch): TrainingBatch {
    return batch;
  }

  /** Loss and gradients of the batch; the default is mean cross-entropy. */
  protected gradients(batch: TrainingBatch): LossAndGradients {
    return this.model.lossAndGradients(this.k, batch.x, batch.y, batch.task);
  }

  /** The gradients to step along; penalties add to them, projections change them. */
  protected adjustGradients(gradients: Gradients, _batch: TrainingBatch): Gradients {
    return gradients;
  }

  /** After the weights were changed. */
  protected afterStep(_gradients: Gradients, _batch: TrainingBatch): void {}

  /** After the last step of a task: importances, anchors, memories, freezing. */
  protected endTask(_task: Task, _loader: TaskLoader): void | Promise<void> {}

  /** What most likely made the loss explode, for the error message. */
  protected likelyCause(): string {
    return `a learning rate of ${this.options.lr} that is too large (with momentum ${this.options.momentum})`;
  }

  // ── what users call ───────────────────────────────────────────────────────────────────────────────────────────────

  /**
   * Trains on one task. Interrupted training (see `signal`) goes on where it stopped when called again with the same task.
   *
   * @param loader the task's training data
   * @throws when model and scenario do not fit, when the loss is not finite (with task, epoch, step and likely cause), or
   *   `TrainingInterrupted`
   */
  async trainTask(loader: TaskLoader, call: TrainCall & { nTasks?: number } = {}): Promise<TrainingReport> {
    const { task } = loader;
    await this.prepare(task);
    if (this.cursor?.task !== task.id) {
      this.freeVelocities();
      this.cursor = { task: task.id, epoch: 0, batch: 0 };
    }
    const report = await runTask(loader, this.options.epochs, this.cursor, call, {
      step: (batch) => this.step(batch),
      feeds: (batchSize) => this.feeds(batchSize),
      task: this.taskChoice(task),
      likelyCause: () => this.likelyCause(),
      notRecordable: notRecordable(this, STEP_HOOKS) ?? notRecordable(this.model, ['pass', 'lossAndGradients']),
      nTasks: call.nTasks ?? task.id + 1,
      tracker: this.tracker,
    });
    this.cursor = undefined;
    this.freeVelocities();
    if (!this.trained.includes(task.id)) this.trained.push(task.id);
    return report;
  }

  /**
   * Lets the method keep what it needs of the task just learnt (EWC its importances, replay and GEM their memories, PNN
   * freezes the column).
   *
   * @throws when the task was not trained before, or was consolidated already
   */
  async consolidate(loader: TaskLoader): Promise<void> {
    const { task } = loader;
    const subject = `${this.constructor.name}.consolidate`;
    if (!this.trained.includes(task.id)) {
      throw problem(subject, `task ${task.id} has not been trained`, 'call trainTask with it first');
    }
    if (this.consolidated.has(task.id)) throw problem(subject, `task ${task.id} was consolidated already`);
    await this.endTask(task, loader);
    this.consolidated.add(task.id);
  }

  /**
   * The share of right answers on a loader's data. The model is told the task id only where the scenario reveals it.
   *
   * @returns accuracy between 0 and 1
   */
  async evaluate(loader: TaskLoader): Promise<number> {
    await initBackend();
    this.checkFit(loader.task);
    return (await countCorrect(this.model, loader, this.taskChoice(loader.task))) / loader.size;
  }

  /**
   * Evaluates every task the model has an answer for: one column of the accuracy matrix.
   *
   * @param testLoaders one a task
   * @param tracker where to record the column; optional
   * @param afterTask the column; default the task trained last
   * @returns accuracy by task, null where the model has no head, column or outputs for it yet
   */
  async evaluateAll(
    testLoaders: readonly TaskLoader[],
    tracker?: CLMetricsTracker,
    afterTask: number | undefined = this.trained[this.trained.length - 1],
  ): Promise<(number | null)[]> {
    const accuracies: (number | null)[] = [];
    for (const loader of testLoaders) {
      accuracies.push(this.model.canAnswer(loader.task) ? await this.evaluate(loader) : null);
    }
    if (tracker) {
      if (afterTask === undefined) throw problem('evaluateAll', 'no task has been trained, so there is no column to record');
      accuracies.forEach((accuracy, i) => accuracy !== null && tracker.record(testLoaders[i].task.id, afterTask, accuracy));
    }
    return accuracies;
  }

  /**
   * Learns all tasks in order: before each task (but the first) its zero-shot accuracy is measured, then it is trained and
   * consolidated, then all tasks are evaluated. Tasks that are trained already are skipped, so an interrupted run goes on
   * when called again.
   *
   * @returns the tracker with the accuracy matrix: `tracker.compute()` gives the metrics
   */
  async runSequence({ trainLoaders, testLoaders }: TaskLoaders, call: TrainCall = {}): Promise<CLMetricsTracker> {
    if (trainLoaders.length !== testLoaders.length || trainLoaders.length === 0) {
      throw problem(
        'runSequence',
        `${trainLoaders.length} training and ${testLoaders.length} test loaders`,
        'give one of each a task',
      );
    }
    for (const [i, { task }] of trainLoaders.entries()) {
      this.checkFit(task);
      if (task.id === i && testLoaders[i].task.id === i) continue;
      const ids = `position ${i} holds training data of task ${task.id} and test data of task ${testLoaders[i].task.id}`;
      throw problem(
        'runSequence',
        ids,
        'give all tasks in the order of their ids, from 0 (for another order make the stream with classOrder)',
      );
    }
    this.tracker ??= new CLMetricsTracker(
      trainLoaders.length,
      trainLoaders.map((loader) => loader.task.name),
    );
    for (const [i, loader] of trainLoaders.entries()) {
      if (this.consolidated.has(loader.task.id)) continue;
      if (!this.trained.includes(loader.task.id)) {
        await this.measureZeroShot(loader.task, i, testLoaders[i]);
        await this.trainTask(loader, { ...call, nTasks: trainLoaders.length });
      }
      await this.consolidate(loader);
      await this.evaluateAll(testLoaders, this.tracker, loader.task.id);
    }
    return this.tracker;
  }

  /** How many parameters the model has, and how many of them are frozen and trainable. */
  capacityReport(): CapacityReport {
    const frozen = countParameters(this.model, 'frozen');
    const total = countParameters(this.model);
    return { total, frozen, trainable: total - frozen };
  }

  /** Frees all device memory of the trainer, not that of the model. */
  dispose(): void {
    this.freeVelocities();
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    const options = Object.entries(this.options).map(([name, value]) => `${name} ${value}`);
    const tasks = this.trained.length === 1 ? '1 task' : `${this.trained.length} tasks`;
    return `${this.constructor.name} (${options.join(', ')}; ${tasks} learnt) on ${this.model.architecture}`;
  }

  // ── for methods ───────────────────────────────────────────────────────────────────────────────────────────────────

  /** The kernels a step is written in. */
  protected get k(): Kernels {
    return backend().kernels;
  }

  /** Ids of the tasks learnt so far, in order. */
  protected get learntTasks(): readonly number[] {
    return this.trained;
  }

  /** What a model may know about the task: its id where the scenario reveals it, else nothing. */
  protected taskChoice(task: Task): TaskChoice {
    return SCENARIOS[task.scenario].taskIdAtTest ? task.id : undefined;
  }

  /** For constructors of methods with a memory: throws when the model cannot take rows of several tasks in one batch. */
  protected requireMixedBatches(): void {
    if (this.model.mixesTasks) return;
    const { architecture } = this.model;
    throw problem(
      this.constructor.name,
      `it learns from rows of several tasks at once, which ${architecture} cannot take`,
      'use MultiHeadMLP, SingleHeadMLP or DomainMLP',
    );
  }

  // ── own ───────────────────────────────────────────────────────────────────────────────────────────────────────────

  private async prepare(task: Task): Promise<void> {
    await initBackend();
    this.checkFit(task);
    if (this.prepared.has(task.id)) return;
    this.model.prepareTask(task);
    await this.beginTask(task);
    this.prepared.add(task.id);
  }

  /** Throws unless the model suits the task's scenario and inputs. */
  private checkFit(task: Task): void {
    const { architecture, inputSize } = this.model;
    checkCompatibility(architecture, task.scenario);
    if (task.inputSize === inputSize) return;
    throw problem(
      this.constructor.name,
      `the model takes ${inputSize} inputs, but ${task.name} has ${task.inputSize}`,
      `make the model with inputSize: ${task.inputSize}`,
    );
  }

  private async measureZeroShot(task: Task, position: number, testLoader: TaskLoader): Promise<void> {
    await this.prepare(task);
    if (position > 0 && !this.cursor)
      this.tracker!.record(task.id, this.trained[this.trained.length - 1], await this.evaluate(testLoader));
  }

  /** One training step in kernels; nothing is read back. */
  private step(batch: TrainingBatch): Value {
    const { lr, momentum } = this.options;
    const mixed = this.composeBatch(batch);
    const { loss, gradients } = this.gradients(mixed);
    const adjusted = this.adjustGradients(gradients, mixed);
    for (const [parameter, gradient] of adjusted) {
      if (parameter.frozen) throw problem(parameter.name, 'it is frozen, but a training step wants to change it');
      this.k.momentumStep(parameter, this.velocity(parameter), gradient, lr, momentum);
    }
    this.afterStep(adjusted, mixed);
    return loss;
  }

  /** The optimiser's velocity of a parameter; zero at the start of each task. */
  protected velocity(parameter: Parameter): Variable {
    let velocity = this.velocities.get(parameter);
    if (!velocity) {
      velocity = new Variable(`${parameter.name}/velocity`, parameter.shape);
      this.velocities.set(parameter, velocity);
    }
    return velocity;
  }

  private freeVelocities(): void {
    for (const velocity of this.velocities.values()) velocity.dispose();
    this.velocities.clear();
  }
}
