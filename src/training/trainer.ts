import { Tape } from '../autodiff';
import { backend, initBackend } from '../backend';
import type { Value } from '../backend';
import type { TaskLoader } from '../data/loader';
import type { Task } from '../data/task';
import { CLMetricsTracker } from '../metrics';
import { architectureCompatibility, countParameters } from '../models';
import type { Model } from '../models';
import { SCENARIOS } from '../scenarios/compatibility';
import { problem } from '../utils/errors';
import type { TrainingBatch } from './batch';
import { checkCall } from './call';
import type { TaskCursor } from './cursor';
import type { TaskLoaders } from './data';
import { checkFiniteWeights, countCorrect } from './evaluation';
import { exclusively, pausing } from './exclusive';
import { checkLabels, checkStream } from './fit';
import { History } from './history';
import { checkAdjusted, checkPhases, checkTrainingData } from './hookResults';
import { MethodHooks, STEP_HOOKS } from './hooks';
import { runTask } from './loop';
import { newOptimizer } from './optimizers';
import type { Optimizer } from './optimizers';
import type { TrainerOptions } from './options';
import type { TrainCall, TrainingReport } from './progress';
import { notRecordable } from './runners/choose';
import { Draws } from './runners/draws';
import { restoreTrainer, trainerState } from './state';
import type { TrainerParts, TrainerState } from './state';
import { warnOfLostMemory, warnOfSkippedConsolidation } from './warnings';

/** Parameters of a model by whether they can still change. */
export interface CapacityReport {
  /** All parameters. */
  readonly total: number;
  /** Parameters that no step changes any more. */
  readonly frozen: number;
  /** Parameters that training may change. */
  readonly trainable: number;
}

/**
 * Learns a stream of tasks with one method. This class owns the training loop; a method overrides the hooks it needs (see
 * `MethodHooks`): `beginTask`, `composeBatch`, `loss`, `adjustGradients`, `afterStep`, `endTask` and a few more.
 *
 * @example
 * const trainer = new EWC(new MultiHeadMLP(), { lambda: 100 });
 * const tracker = await trainer.runSequence(getSplitMnist());
 * console.log(tracker.compute().summary('EWC'));
 */
export abstract class CLTrainer<Own extends object = {}> extends MethodHooks<Own> {
  /** The accuracy matrix of `runSequence`, from its first call on. */
  tracker: CLMetricsTracker | undefined;
  readonly #history: History;
  readonly #loaders: TaskLoader[] = [];
  readonly #optimizer: Optimizer;
  #cursor: TaskCursor | undefined;

  /**
   * @param model the network to train
   * @param options `{lr: 0.01, momentum: 0.9, epochs: 5, optimizer: 'sgd', weightDecay: 0, keepOptimizer: false, seed}` and the
   *   method's own
   * @param ownDefaults the method's own options with their defaults
   */
  constructor(model: Model, options: Partial<TrainerOptions & Own> = {}, ownDefaults: Own = {} as Own) {
    super(model, options, ownDefaults);
    this.#history = new History(this.constructor.name);
    this.#optimizer = newOptimizer(this.constructor.name, this.options);
  }

  /**
   * Trains on one task. Interrupted training (see `signal`) goes on where it stopped when called again with the same task.
   *
   * @param loader the task's training data
   * @throws when model, data and scenario do not fit, when another call is still running, when the loss is not finite (with task,
   *   epoch, step and likely cause), or `TrainingInterrupted`
   */
  async trainTask(loader: TaskLoader, call: TrainCall & { nTasks?: number } = {}): Promise<TrainingReport> {
    checkCall(`${this.constructor.name}.trainTask`, call);
    return this.#alone('trainTask', () => this.#train(loader, call));
  }

  /**
   * Lets the method keep what it needs of the task just learnt (EWC its importances, replay and GEM their memories, PNN
   * freezes the column).
   *
   * @throws when the task is not the one trained last, or was consolidated already
   */
  async consolidate(loader: TaskLoader): Promise<void> {
    return this.#alone('consolidate', () => this.#keep(loader));
  }

  /**
   * The share of right answers on a loader's data. The model is told the task id only where the scenario reveals it.
   *
   * @returns accuracy between 0 and 1
   * @throws when the data is of another stream than the one trained on, or a weight is not finite
   */
  async evaluate(loader: TaskLoader): Promise<number> {
    return this.#alone('evaluate', () => this.#measure(loader));
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
    afterTask?: number,
  ): Promise<(number | null)[]> {
    return this.#alone('evaluateAll', () => this.#measureAll(testLoaders, tracker, afterTask));
  }

  /**
   * Learns all tasks in order: before each task (but the first) its zero-shot accuracy is measured, then it is trained and
   * consolidated, then all tasks are evaluated. Tasks that are trained already are skipped, so an interrupted run goes on
   * when called again.
   *
   * @returns the tracker with the accuracy matrix: `tracker.compute()` gives the metrics
   * @throws when the loaders do not belong together, or are of another stream than the one this trainer learns
   */
  async runSequence(stream: TaskLoaders, call: TrainCall = {}): Promise<CLMetricsTracker> {
    checkCall(`${this.constructor.name}.runSequence`, call);
    return this.#alone('runSequence', () => this.#learnAll(stream, call));
  }

  /** How many parameters the model has, and how many of them are frozen and trainable. */
  capacityReport(): CapacityReport {
    const frozen = countParameters(this.model, 'frozen');
    const total = countParameters(this.model);
    return { total, frozen, trainable: total - frozen };
  }

  /**
   * Everything as plain data: model, optimiser, what the method remembers, random streams, where in a task training stands, and
   * the accuracy matrix. A trainer that is restored from it goes on as if there had been no break, bit for bit.
   *
   * @throws when the method keeps a memory but does not say how to save it
   * @example writeFileSync('trainer.json', JSON.stringify(trainer.state()))
   */
  state(): TrainerState {
    return trainerState(this.#parts());
  }

  /**
   * Takes over what `state()` of a trainer of the same method with the same options gave, its model included.
   *
   * @throws when it is damaged, or of another method, other options or another architecture
   */
  restore(state: TrainerState): void {
    const { cursor, tracker } = restoreTrainer(this.#parts(), state);
    this.tracker = tracker;
    this.#cursor = cursor && { ...cursor, draws: new Draws((batchSize) => this.draws(batchSize), cursor.ahead) };
  }

  /** Frees all device memory of the trainer, not that of the model. */
  dispose(): void {
    this.#optimizer.dispose();
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    const options = Object.entries(this.options).map(([name, value]) => `${name} ${String(value)}`);
    const { length } = this.#history.learnt;
    const tasks = length === 1 ? '1 task' : `${length} tasks`;
    return `${this.constructor.name} (${options.join(', ')}; ${tasks} learnt) on ${this.model.architecture}`;
  }

  /** The optimiser that steps along the gradients. */
  protected get stepsWith(): Pick<Optimizer, 'stabilityLimit' | 'describe'> {
    return this.#optimizer;
  }

  /** Ids of the tasks learnt so far, in order. */
  protected get learntTasks(): readonly number[] {
    return this.#history.learnt;
  }

  // ── own ───────────────────────────────────────────────────────────────────────────────────────────────────────────

  async #alone<T>(call: string, work: () => Promise<T>): Promise<T> {
    return exclusively(this.model, `${this.constructor.name}.${call}`, async () => {
      await initBackend();
      return work();
    });
  }

  async #train(loader: TaskLoader, call: TrainCall & { nTasks?: number }): Promise<TrainingReport> {
    const { task } = loader;
    warnOfSkippedConsolidation(
      this,
      this.#history.unconsolidated.filter((id) => id !== task.id),
    );
    await this.#prepare(loader);
    if (!this.#loaders.some((known) => known.task.id === task.id)) this.#loaders.push(loader);
    const data = this.trainingData(loader, this.#loaders);
    checkTrainingData(this.constructor.name, data);
    const phases = this.phases(task);
    checkPhases(this.constructor.name, phases);
    if (this.#cursor && this.#cursor.task !== task.id) this.#cursor = undefined;
    if (!this.#cursor) {
      if (!this.options.keepOptimizer) this.#optimizer.dispose();
      await this.beginTask(task, data);
      this.#cursor = { task: task.id, phase: 0, epoch: 0, batch: 0, draws: new Draws((batchSize) => this.draws(batchSize)) };
    }
    const { probes } = call;
    const report = await runTask(
      {
        task,
        data,
        phases,
        nTasks: call.nTasks ?? task.id + 1,
        taskId: this.taskIdOf(task),
        notRecordable: notRecordable(this, STEP_HOOKS) ?? notRecordable(this.model, ['logits']),
        step: (batch) => this.#step(batch),
        likelyCause: () => this.likelyCause(),
        standing: () => this.#standing(task),
      },
      this.#cursor,
      {
        ...call,
        probes: probes && {
          steps: probes.steps,
          measure: (step) => pausing(this.model, () => probes.measure(step, loader)),
        },
      },
    );
    this.#cursor = undefined;
    if (!this.options.keepOptimizer) this.#optimizer.dispose();
    this.#history.trained(task);
    this.model.learnt.push(task.name);
    call.onTask?.(report);
    return report;
  }

  async #keep(loader: TaskLoader): Promise<void> {
    const { task } = loader;
    this.#history.check(loader, 'training data');
    this.#history.checkConsolidation(task, `${this.constructor.name}.consolidate`);
    await this.endTask(task, loader);
    this.#history.noteConsolidated(task);
  }

  async #measure(loader: TaskLoader): Promise<number> {
    const { task } = loader;
    this.#checkFit(task);
    this.#history.check(loader, `${loader.split} data`);
    checkLabels(this.constructor.name, loader);
    checkFiniteWeights(this.model);
    const taskId = this.taskIdOf(task);
    return (await countCorrect((k, x) => this.predict(k, x, taskId), loader)) / loader.size;
  }

  async #measureAll(
    testLoaders: readonly TaskLoader[],
    tracker: CLMetricsTracker | undefined,
    afterTask: number | undefined,
  ): Promise<(number | null)[]> {
    const column = tracker && (afterTask ?? this.#history.column(this.#cursor !== undefined));
    const accuracies: (number | null)[] = [];
    for (const loader of testLoaders) accuracies.push(this.#hasAnswer(loader.task) ? await this.#measure(loader) : null);
    if (tracker) {
      accuracies.forEach((accuracy, i) => accuracy !== null && tracker.record(testLoaders[i].task.id, column!, accuracy));
    }
    return accuracies;
  }

  async #learnAll({ trainLoaders, testLoaders, fingerprint }: TaskLoaders, call: TrainCall): Promise<CLMetricsTracker> {
    checkStream('runSequence', trainLoaders, testLoaders);
    for (const loader of [...trainLoaders, ...testLoaders]) {
      this.#checkFit(loader.task);
      this.#history.check(loader, `${loader.split} data`);
      checkLabels(this.constructor.name, loader);
    }
    this.tracker ??= new CLMetricsTracker(
      trainLoaders.length,
      trainLoaders.map((loader) => loader.task.name),
      fingerprint,
    );
    for (const [i, loader] of trainLoaders.entries()) {
      if (this.#history.hasConsolidated(loader.task)) continue;
      if (!this.#history.hasTrained(loader.task)) {
        await this.#measureZeroShot(loader, i, testLoaders[i]);
        await this.#train(loader, { ...call, nTasks: trainLoaders.length });
      }
      await this.#keep(loader);
      await this.#measureAll(testLoaders, this.tracker, loader.task.id);
    }
    return this.tracker;
  }

  /** Accuracy on a task before its first step, once its head or column is there. */
  async #measureZeroShot(loader: TaskLoader, position: number, testLoader: TaskLoader): Promise<void> {
    await this.#prepare(loader);
    if (position === 0 || this.#cursor) return;
    const before = this.#history.learnt;
    this.tracker!.record(loader.task.id, before[before.length - 1], await this.#measure(testLoader));
  }

  /** Gets the model ready for a task, once. */
  async #prepare(loader: TaskLoader): Promise<void> {
    const { task } = loader;
    this.#checkFit(task);
    this.#history.check(loader, 'training data');
    checkLabels(this.constructor.name, loader);
    if (this.#history.hasBegun(task)) return;
    warnOfLostMemory(this, this.#history.learnt.length);
    this.model.prepareTask(task);
    this.model.meet(task);
    this.#history.begin(loader);
  }

  /** Throws unless the model suits the task's scenario and inputs. */
  #checkFit(task: Task): void {
    const { architecture, inputSize, imageShape } = this.model;
    const { fit, reason } = architectureCompatibility(architecture, task.scenario);
    if (fit === 'no') throw problem(`${architecture} in the ${task.scenario} scenario`, reason);
    if (task.inputSize !== inputSize) {
      throw problem(
        this.constructor.name,
        `the model takes ${inputSize} inputs, but ${task.name} has ${task.inputSize}`,
        `make the model with inputSize: ${task.inputSize}`,
      );
    }
    if (!imageShape || imageShape.join() === task.inputShape.join()) return;
    throw problem(
      this.constructor.name,
      `the model takes images of [${imageShape}], but the inputs of ${task.name} have the shape [${task.inputShape}]`,
      `make the model with inputShape: [${task.inputShape}]${task.inputShape.length === 3 ? '' : ', without conv'}`,
    );
  }

  /** Whether the model can answer for a task: where classes arrive with the tasks, one not begun yet has no answer. */
  #hasAnswer(task: Task): boolean {
    const { classes } = SCENARIOS[task.scenario];
    const nothingBegun = this.#history.learnt.length === 0;
    return this.model.canAnswer(task) && (classes === 'stay' || nothingBegun || this.#history.hasBegun(task));
  }

  #standing(task: Task): { accuracy?: number; matrix?: (number | null)[][] } {
    if (!this.tracker) return {};
    const matrix = this.tracker.matrix as (number | null)[][];
    const column = matrix.slice(0, task.id).map((row) => row[task.id - 1]);
    const known = column.filter((value): value is number => typeof value === 'number');
    return { matrix, ...(known.length && { accuracy: known.reduce((a, b) => a + b, 0) / known.length }) };
  }

  /** One training step in kernels; nothing is read back. */
  #step(batch: TrainingBatch): Value {
    const { kernels } = backend();
    const mixed = this.composeBatch(batch);
    const tape = new Tape(kernels);
    const loss = this.lossWith(tape, mixed);
    const factors = tape.factors(loss);
    const raw = factors.gradients();
    const adjusted = this.adjustGradients(new Map(raw), mixed, factors);
    checkAdjusted(this.constructor.name, adjusted);
    this.#optimizer.step(kernels, adjusted);
    this.afterStep({ raw, adjusted }, mixed);
    return loss;
  }

  /** What `state` and `restore` work on. */
  #parts(): TrainerParts {
    return {
      trainer: this,
      model: this.model,
      options: this.options,
      history: this.#history,
      optimizer: this.#optimizer,
      cursor: this.#cursor,
      tracker: this.tracker,
      memory: { state: () => this.memoryState(), restore: (state) => this.restoreMemory(state) },
    };
  }
}
