import { Tape } from '../autodiff';
import { backend, initBackend, readSaved, savedFile, writeSaved } from '../backend';
import type { Kernels, Value } from '../backend';
import type { TaskLoader } from '../data/loader';
import type { Task } from '../data/task';
import type { CLMetricsTracker } from '../metrics';
import { countParameters } from '../models';
import type { Model, Passes } from '../models';
import { predictions } from '../models/predict';
import type { Prediction, PredictOptions, RawInputs } from '../models/predict';
import { exclusively, lettingSave, pausing, refuseWhileRunning, replacing } from '../models/exclusive';
import { SCENARIOS } from '../scenarios/compatibility';
import { problem } from '../utils/errors';
import type { TrainingBatch } from './batch';
import { checkCall } from './call';
import { clipped } from './clip';
import { Checkpoint, progressOf } from './checkpoint';
import { dataFingerprint, firstStep } from './cursor';
import type { TaskCursor } from './cursor';
import type { TaskLoaders, TrainingData } from './data';
import { checkAmong, largestAmong, predictorOf } from './answers';
import { checkFiniteWeights, countCorrect, rowsOf } from './evaluation';
import {
  checkAnswers,
  checkLoader,
  checkLoaders,
  checkModel,
  checkOutputs,
  checkPasses,
  checkRevealed,
  checkScenario,
  checkScheduled,
  checkStream,
  checkTrainingData,
  isHidden,
} from './fit';
import { History } from './history';
import * as hookResults from './hookResults';
import { MethodHooks, STEP_HOOKS } from './hooks';
import { runTask } from './loop';
import { StepPasses } from './passes';
import { nextProbe } from './plan';
import type { LoopCall, Stop } from './plan';
import { newOptimizer } from './optimizers';
import type { Optimizer } from './optimizers';
import type { TrainerOptions } from './options';
import { TrainingInterrupted } from './progress';
import type { ProgressEvent, SequenceCall, TrainCall, TrainingReport } from './progress';
import { notRecordable } from './runners/choose';
import { Draws } from './runners/draws';
import type { DrawnNumbers } from './runners/draws';
import { restoreTrainer, trainerState } from './state';
import type { TrainerParts } from './state';
import type { TrainerState } from './stateFormat';
import { standingOf, trackerFor, unmeasured } from './tracking';
import { warnOfLostMemory, warnOfSkippedConsolidation, warnOfUnfinishedTask } from './warnings';

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
  /** Training data of the tasks begun, by their ids. */
  readonly #loaders = new Map<number, TaskLoader>();
  readonly #optimizer: Optimizer;
  readonly #passes = new StepPasses();
  #cursor: TaskCursor | undefined;
  /** How many of the tasks that the model has learnt are known here: learnt by this trainer, restored, or warned of. */
  #accountedFor = 0;
  #halfRestored = false;

  /**
   * @param model the network to train
   * @param options `{lr: 0.01, momentum: 0.9, epochs: 5, optimizer: 'sgd', weightDecay: 0, clipNorm, schedule,
   *   keepOptimizer: false, seed}` and the method's own
   * @param ownDefaults the method's own options with their defaults
   */
  constructor(model: Model, options: Partial<TrainerOptions & Own> = {}, ownDefaults: Own = {} as Own) {
    super(model, options, ownDefaults);
    this.#history = new History(this.constructor.name);
    this.#optimizer = newOptimizer(this.constructor.name, this.options);
    if (this.predict === CLTrainer.prototype.predict) return;
    throw problem(this.constructor.name, 'it overrides predict, which evaluation does not ask', 'override scores(k, x, task)');
  }

  /**
   * Trains on one task. Interrupted training (see `signal`) goes on where it stopped when called again with the same task.
   *
   * @param loader the task's training data
   * @throws when model, data and scenario do not fit, when another call is still running, when the loss is not finite (with task,
   *   epoch, step and likely cause), or `TrainingInterrupted`
   */
  async trainTask(loader: TaskLoader, call: TrainCall & { nTasks?: number } = {}): Promise<TrainingReport> {
    checkTrainingData(this.#named('trainTask'), loader);
    checkCall(this.#named('trainTask'), call, 'nTasks');
    return this.#alone('trainTask', () => this.#train(loader, call));
  }

  /**
   * Lets the method keep what it needs of the task just learnt (EWC its importances, replay and GEM their memories, PNN
   * freezes the column).
   *
   * @throws when the task is not the one trained last, or was consolidated already
   */
  async consolidate(loader: TaskLoader): Promise<void> {
    checkTrainingData(this.#named('consolidate'), loader);
    return this.#alone('consolidate', () => this.#keep(loader));
  }

  /**
   * The share of right answers on a loader's data. The model is told the task id only where the scenario reveals it.
   *
   * @returns accuracy between 0 and 1
   * @throws when the data is of another stream than the one trained on, the model has no output for it, or a weight is not finite
   */
  async evaluate(loader: TaskLoader): Promise<number> {
    checkLoader(this.#named('evaluate'), loader);
    return this.#alone('evaluate', () => this.#measure(loader), true);
  }

  /**
   * The label answered for each of a loader's samples, in stored order; `evaluate` gives the share of right ones.
   *
   * @param among only these labels compete; default all that do at evaluation. With the labels of the loader's task
   *   (`loader.task.classes`) it is the "masked" answer, which uses a task id that class-incremental learning hides
   * @returns labels, int32 [loader.size]
   * @throws as `evaluate`; with `among` also where there is no output for a label
   */
  async answers(loader: TaskLoader, among?: readonly number[]): Promise<Int32Array> {
    checkLoader(this.#named('answers'), loader);
    if (among !== undefined) checkAmong(this.#named('answers'), among);
    return this.#alone('answers', () => this.#answer(loader, among), true);
  }

  /**
   * What the method says of raw inputs: as `Model.predict`, but answered as `evaluate` does, with all that the method adds to the model
   * (iCaRL's nearest means, the parts of the network that PackNet, XdG and HAT use for a task, Independent's networks, the classifiers of
   * NCM, SLDA and RanDumb).
   * For methods that add nothing it is what the model says.
   *
   * @param inputs raw inputs as the training data had them, e.g. bytes of images, or rows of a table as objects; see `RawInputs`
   * @param options `{taskId, topK: 1}`; `taskId` where the scenario reveals it (task-incremental)
   * @returns for each input the answer and the `topK` most likely classes. Probabilities are the softmax of the method's scores: of
   *   outputs of a network, as in `Model.predict`; of −½·(squared distance to a class mean) in NCM and iCaRL (where distances are
   *   below 2, so that all classes come out nearly alike); of linear discriminants in SLDA and RanDumb
   * @throws when it has learnt nothing, a call is still running, a value cannot be meant (with its place), the task is unknown, or a
   *   weight is not finite
   * @example const [{ className, probability }] = (await loadTrainer('runs/icarl')).predict([{ age: 41, visits: 2 }]);
   */
  predict(inputs: RawInputs, options?: PredictOptions): Prediction[] {
    const subject = this.#named('predict');
    refuseWhileRunning(this.model, subject, ['to measuring']);
    this.#refuseHalfRestored('predict');
    const scores = (k: Kernels, x: Value, task: number | undefined) => this.scores(k, x, task);
    const asked = predictorOf(subject, this.model, this.#history, scores);
    checkFiniteWeights(this.model);
    return predictions(asked, inputs, options);
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
    checkLoaders(this.#named('evaluateAll'), 'testLoaders', testLoaders);
    return this.#alone('evaluateAll', () => this.#measureAll(testLoaders, tracker, afterTask), true);
  }

  /**
   * Learns all tasks in order: before each task (but the first) its zero-shot accuracy is measured, then it is trained and
   * consolidated, then all tasks are evaluated. Tasks that are trained already are skipped, so an interrupted run goes on
   * when called again; with `checkpoint` in another process, too.
   *
   * @example await trainer.runSequence(stream, { checkpoint: { folder: 'runs/ewc', everySteps: 500 } })
   * @returns the tracker with the accuracy matrix: `tracker.compute()` gives the metrics
   * @throws when the loaders do not belong together, or are of another stream than the one this trainer learns
   */
  async runSequence(stream: TaskLoaders, call: SequenceCall = {}): Promise<CLMetricsTracker> {
    checkCall(this.#named('runSequence'), call, 'checkpoint');
    return this.#alone('runSequence', () => this.#learnAll(stream, call));
  }

  /** How many parameters the model has, and how many of them are frozen and trainable. */
  capacityReport(): CapacityReport {
    const frozen = countParameters(this.model, 'frozen');
    const total = countParameters(this.model);
    return { total, frozen, trainable: total - frozen };
  }

  /**
   * Samples that went forward and backward through networks in this trainer's training steps so far, in this process: new ones, replayed
   * ones, and those of further passes of the method. What hooks around tasks compute (Fisher information) and evaluations do not count.
   * Null where the architecture does not count.
   */
  get passes(): Passes | null {
    return this.#passes.total;
  }

  /**
   * Everything as plain data: model, optimiser, what the method remembers, random streams, where in a task training stands, and
   * the accuracy matrix. A trainer that is restored from it goes on as if there had been no break, bit for bit. (`save` writes it
   * into a file.)
   *
   * @throws when the method keeps a memory but does not say how to save it, or while a call runs (callbacks and probes may save)
   * @example writeFileSync('trainer.json', JSON.stringify(trainer.state()))
   */
  state(): TrainerState {
    refuseWhileRunning(this.model, this.#named('state'), ['to saving', 'to measuring']);
    this.#refuseHalfRestored('state');
    return trainerState(this.#parts());
  }

  /**
   * Takes over what `state()` of a trainer of the same method with the same options gave, its model included.
   *
   * @throws when it is damaged, or of another method, other options or another architecture, or while a call runs
   */
  restore(state: TrainerState): void {
    refuseWhileRunning(this.model, this.#named('restore'));
    this.#takeOver(this.#named('restore'), state);
  }

  /**
   * Saves everything (see `state`) as it is at this moment: one file in the safetensors format, which Python reads, too. The file is
   * replaced as a whole; whatever happens meanwhile, there is a whole checkpoint.
   *
   * @param folder where to put `trainer.safetensors`, made when it is missing; or a file that ends in `.safetensors`
   * @throws where `state` does, when a number is not finite, when there is another file, or when it cannot be written
   * @example await trainer.save('runs/ewc')
   */
  async save(folder: string): Promise<void> {
    const file = savedFile(this.#named('save'), folder, 'trainer');
    writeSaved(file, 'trainer', this.state());
  }

  /**
   * Takes over what `save` of a trainer of the same class with the same options wrote, its model included. Where the method is known
   * by name, `loadTrainer` makes the trainer as well.
   *
   * @param folder what was passed to `save`
   * @returns this trainer
   * @throws when there is no such file, when it is damaged, or of another method, other options or another model
   * @example const trainer = await new MyMethod(new MultiHeadMLP(), { strength: 2 }).load('runs/mine')
   */
  async load(folder: string): Promise<this> {
    const file = savedFile(this.#named('load'), folder, 'trainer');
    refuseWhileRunning(this.model, this.#named('load'));
    this.#takeOver(file, readSaved(file, ['trainer']).state);
    return this;
  }

  /** Frees all device memory of the trainer, not that of the model. A task that was interrupted begins anew after it. */
  dispose(): void {
    refuseWhileRunning(this.model, this.#named('dispose'));
    this.#optimizer.dispose();
    this.#cursor = undefined;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    const options = Object.entries(this.options).map(([name, value]) => `${name} ${inWords(value)}`);
    const { length } = this.#history.learnt;
    const tasks = length === 1 ? '1 task' : `${length} tasks`;
    return `${this.constructor.name} (${options.join(', ')}; ${tasks} learnt) on ${this.model.architecture}`;
  }

  /** The optimiser that steps along the gradients. */
  protected get stepsWith(): Pick<Optimizer, 'stabilityLimit' | 'describe' | 'forget' | 'dispose'> {
    return this.#optimizer;
  }

  /** Id of the task whose training has begun and not ended; undefined between tasks. */
  protected get taskInTraining(): number | undefined {
    return this.#history.unfinished;
  }

  /** Ids of the tasks learnt so far, in order. */
  protected get learntTasks(): readonly number[] {
    return this.#history.learnt;
  }

  // ── own ───────────────────────────────────────────────────────────────────────────────────────────────────────────

  #named(call: string): string {
    return `${this.constructor.name}.${call}`;
  }

  async #alone<T>(call: string, work: () => Promise<T>, measures = false): Promise<T> {
    const ready = async () => {
      this.#refuseHalfRestored(call);
      await initBackend();
      return work();
    };
    return exclusively(this.model, this.#named(call), ready, measures);
  }

  #refuseHalfRestored(call: string): void {
    if (!this.#halfRestored) return;
    const reason = 'a restore failed half-way, so model and memory may not belong together';
    throw problem(this.#named(call), reason, 'restore a whole state, or make model and trainer anew');
  }

  #takeOver(subject: string, state: unknown): void {
    const { cursor, tracker } = restoreTrainer(subject, this.#parts(), state, () => (this.#halfRestored = true));
    this.#halfRestored = false;
    this.#cursor = cursor;
    this.tracker = tracker;
    this.#accountedFor = this.model.learnt.length;
    if (this.#history.begun.length > 0) this.#markModel(); // saved models did not always say it
  }

  async #train(loader: TaskLoader, call: TrainCall & { nTasks?: number }, stops: readonly Stop[] = []): Promise<TrainingReport> {
    const { task } = loader;
    this.#prepare(loader);
    const seen = this.#seen(loader);
    const data = this.trainingData(loader, seen);
    hookResults.checkTrainingData(this.constructor.name, data);
    const cursor = await this.#begin(task, data, dataFingerprint(this.choosesData ? seen : [loader], data));
    const phases = this.phases(task);
    if (data === loader) checkPasses(this.#named('trainTask'), task, phases);
    const report = await runTask(
      {
        trainer: this.constructor.name,
        task,
        data,
        phases,
        nTasks: call.nTasks ?? task.id + 1,
        taskId: this.taskIdOf(task),
        learning: this.options,
        notRecordable: notRecordable(this, STEP_HOOKS) ?? notRecordable(this.model, ['logits']),
        beginPhase: (phase) => replacing(this.model, () => phase.begin?.()),
        step: (batch) => this.#passes.step(batch.size, () => this.#step(batch)),
        rehearse: (batches) => this.#rehearse(batches),
        likelyCause: () => this.likelyCause(),
        standing: () => (this.tracker ? standingOf(this.tracker, task) : {}),
      },
      cursor,
      this.#opened(call, loader, stops, data),
    );
    this.#cursor = undefined;
    if (!this.#keepsOptimizer(task)) this.#optimizer.dispose();
    this.#history.trained(task);
    this.model.learnt.push(task.name);
    this.#accountedFor++;
    lettingSave(this.model, call.onTask)?.(report);
    return report;
  }

  /** Where training of the task stands: at its first step, unless it was interrupted. */
  async #begin(task: Task, data: TrainingData, fingerprint: string): Promise<TaskCursor> {
    const { unfinished, unconsolidated } = this.#history;
    if (this.#cursor?.task === task.id && !this.#cursor.failed) {
      if (this.#cursor.data === fingerprint) return this.#cursor;
      throw problem(
        this.constructor.name,
        `training of task ${task.id + 1} (${task.name}) was interrupted with other data: other samples, batches or order`,
        'go on with the loader it was begun with, or make model and trainer anew',
      );
    }
    this.#cursor = undefined;
    if (unfinished !== undefined && unfinished !== task.id) warnOfUnfinishedTask(this, unfinished);
    const skipped = unconsolidated.filter((id) => id !== task.id);
    warnOfSkippedConsolidation(this, skipped);
    if (!this.#keepsOptimizer(task)) this.#optimizer.dispose();
    const isTold = !isHidden(task) || this.#history.learnt.length === 0 || this.needs.withoutSteps;
    if (isTold) await replacing(this.model, () => this.beginTask(task, data));
    this.#history.start(task);
    return (this.#cursor = firstStep(task.id, fingerprint, new Draws((labels) => this.draws(labels.length, labels))));
  }

  /** Whether velocities go on into the next task: where they are to, and where nobody knows that there is a next one. */
  #keepsOptimizer(task: Task): boolean {
    return this.options.keepOptimizer || isHidden(task);
  }

  /** Training data of the tasks begun so far, this one last. */
  #seen(loader: TaskLoader): TaskLoader[] {
    this.#loaders.set(loader.task.id, loader);
    const earlier = this.#history.begun.filter((id) => id !== loader.task.id);
    const missing = earlier.filter((id) => !this.#loaders.has(id));
    if (missing.length > 0 && this.choosesData) {
      throw problem(
        this.constructor.name,
        `it learns from data of earlier tasks too, and that of task ${missing[0] + 1} is not there after restore`,
        'go on with runSequence and the whole stream',
      );
    }
    return [...earlier.flatMap((id) => this.#loaders.get(id) ?? []), loader];
  }

  /** The call with its callbacks and probes, in which the trainer may be used. */
  #opened({ probes, ...call }: TrainCall, loader: TaskLoader, stops: readonly Stop[], data: TrainingData): LoopCall {
    const onLosses = lettingSave(this.model, call.onLosses);
    const probe = probes && {
      next: (steps: number) => nextProbe(probes, steps),
      atEnd: probes.every !== undefined,
      run: (step: number) => pausing(this.model, () => probes.measure(step, loader)),
    };
    return {
      ...call,
      onProgress: lettingSave(this.model, call.onProgress),
      onLosses: (losses, firstStep) => {
        this.#passes.add(data, firstStep, losses.length);
        onLosses?.(losses, firstStep);
      },
      stops: probe ? [probe, ...stops] : stops,
    };
  }

  async #keep(loader: TaskLoader): Promise<void> {
    const { task } = loader;
    this.#history.check(loader, 'training data');
    this.#history.checkConsolidation(task, this.#named('consolidate'));
    if (!isHidden(task)) await replacing(this.model, () => this.endTask(task, loader));
    this.#history.noteConsolidated(task);
  }

  async #measure(loader: TaskLoader): Promise<number> {
    const taskId = this.#checkedTaskId('evaluate', loader);
    return (await countCorrect((k, x) => k.argMax(this.scores(k, x, taskId)), loader)) / loader.size;
  }

  async #answer(loader: TaskLoader, among: readonly number[] | undefined): Promise<Int32Array> {
    const taskId = this.#checkedTaskId('answers', loader);
    if (among === undefined) return Int32Array.from(await rowsOf((k, x) => k.argMax(this.scores(k, x, taskId)), loader));
    const scores = await rowsOf((k, x) => this.scores(k, x, taskId), loader);
    return largestAmong(this.#named('answers'), scores, loader.size, among);
  }

  /** The task id that may be used to answer for a loader's samples. Throws where there is no answer. */
  #checkedTaskId(call: string, loader: TaskLoader): number | undefined {
    const { task } = loader;
    this.#checkFit(task);
    this.#history.check(loader, `${loader.split} data`);
    checkAnswers(this.#named(call), this.model, task);
    checkFiniteWeights(this.model);
    return this.taskIdOf(task);
  }

  async #measureAll(
    testLoaders: readonly TaskLoader[],
    tracker: CLMetricsTracker | undefined,
    afterTask: number | undefined,
  ): Promise<(number | null)[]> {
    const column = tracker && (afterTask ?? this.#history.column());
    const accuracies: (number | null)[] = [];
    for (const loader of testLoaders) accuracies.push(this.#hasAnswer(loader.task) ? await this.#measure(loader) : null);
    if (tracker) {
      accuracies.forEach((accuracy, i) => accuracy !== null && tracker.record(testLoaders[i].task.id, column!, accuracy));
    }
    return accuracies;
  }

  async #learnAll(stream: TaskLoaders, { checkpoint, ...call }: SequenceCall): Promise<CLMetricsTracker> {
    checkStream(this.#named('runSequence'), stream);
    const kept = checkpoint && new Checkpoint(this.#named('runSequence'), checkpoint, stream, () => trainerState(this.#parts()));
    if (kept) await replacing(this.model, () => this.#goOnFrom(kept));
    try {
      return await this.#learnRest(stream, call, kept);
    } catch (error) {
      if (error instanceof TrainingInterrupted) kept?.save();
      throw error;
    }
  }

  /** Takes over the checkpoint that there is, unless training has begun already: then it may only be replaced by one of its own. */
  #goOnFrom(checkpoint: Checkpoint): void {
    const state = checkpoint.find(this.#parts());
    if (!state || this.#history.begun.length > 0) return;
    this.#takeOver(checkpoint.file, state);
    console.info(`${this.constructor.name}: goes on from ${checkpoint.file}, ${progressOf(state)}`);
  }

  async #learnRest(stream: TaskLoaders, call: TrainCall, checkpoint: Checkpoint | undefined): Promise<CLMetricsTracker> {
    const { trainLoaders, testLoaders, fingerprint } = stream;
    for (const loader of [...trainLoaders, ...testLoaders]) {
      this.#checkFit(loader.task);
      this.#history.check(loader, `${loader.split} data`);
    }
    const names = trainLoaders.map(({ task }) => task.name);
    const tracker = (this.tracker = trackerFor(this.tracker, names, fingerprint));
    trainLoaders.forEach((loader) => this.#history.know(loader));
    let last = undefined as ProgressEvent | undefined;
    const onProgress = call.onProgress && ((event: ProgressEvent) => call.onProgress!((last = event)));
    for (const [i, loader] of trainLoaders.entries()) {
      const { task } = loader;
      this.#loaders.set(task.id, loader);
      if (!this.#history.hasTrained(task)) {
        await this.#measureZeroShot(loader, testLoaders[i]);
        await this.#train(loader, { ...call, onProgress, nTasks: trainLoaders.length }, checkpoint?.stops);
      }
      if (!this.#history.hasConsolidated(task)) await this.#keep(loader);
      if (this.#history.weightsAfter !== task.id) continue;
      await this.#measureAll(unmeasured(testLoaders, tracker, task), tracker, task.id);
      checkpoint?.save();
    }
    if (last) lettingSave(this.model, call.onProgress)!({ ...last, ...standingOf(tracker, { id: last.task + 1 }) });
    return tracker;
  }

  /** Accuracy on a task before its first step, once its head or column is there. */
  async #measureZeroShot(loader: TaskLoader, testLoader: TaskLoader): Promise<void> {
    this.#prepare(loader);
    const { weightsAfter } = this.#history;
    if (weightsAfter !== undefined) this.tracker!.record(loader.task.id, weightsAfter, await this.#measure(testLoader));
  }

  /** Gets the model ready for a task, once. */
  #prepare(loader: TaskLoader): void {
    const { task } = loader;
    this.#checkFit(task);
    checkRevealed(this.constructor.name, task, this.needs);
    checkScheduled(this.constructor.name, task, this.options);
    this.checkTask(task);
    this.#history.check(loader, 'training data');
    const { learnt } = this.model;
    if (learnt.length > this.#accountedFor) warnOfLostMemory(this, learnt.slice(this.#accountedFor));
    this.#accountedFor = learnt.length;
    this.#markModel();
    if (this.#history.hasBegun(task)) return;
    this.model.prepareTask(task);
    checkOutputs(this.constructor.name, this.model, loader, this.taskIdOf(task));
    this.model.meet(task);
    this.#history.begin(loader);
  }

  /** Notes at the model who answers: from now on its outputs are those of this method. */
  #markModel(): void {
    this.model.answeredBy = this.answersByOutputs ? undefined : this.constructor.name;
  }

  /** Throws unless model and method suit a task. */
  #checkFit(task: Task): void {
    checkModel(this.constructor.name, this.model, task);
    checkScenario(this.constructor.name, task, this.needs);
  }

  /** Whether the model can answer for a task: where classes arrive with the tasks, one that nobody has begun has no answer. */
  #hasAnswer(task: Task): boolean {
    const { learnt } = this.model;
    const met = this.#history.hasBegun(task) || learnt.includes(task.name) || this.#history.learnt.length === 0;
    return this.model.canAnswer(task) && (met || SCENARIOS[task.scenario].classes === 'stay');
  }

  /** One training step in kernels; nothing is read back. */
  #step(batch: TrainingBatch): Value {
    const { kernels } = backend();
    const mixed = this.composeBatch(batch);
    this.checkReturned('composeBatch', Array.isArray(mixed?.x?.shape), mixed);
    const tape = new Tape(kernels, { training: true });
    const loss = this.lossWith(tape, mixed);
    const factors = tape.factors(loss);
    const raw = factors.gradients();
    const adjusted = this.adjustGradients(new Map(raw), mixed, factors);
    this.checkReturned('adjustGradients', adjusted instanceof Map, adjusted);
    hookResults.checkAdjusted(this.constructor.name, adjusted);
    this.#optimizer.step(kernels, clipped(kernels, adjusted, this.options.clipNorm), batch.rate);
    this.afterStep({ raw, adjusted }, mixed);
    return loss;
  }

  /** What the method would draw for batches with these labels; it draws the same again when they come. */
  #rehearse(batches: readonly Int32Array[]): DrawnNumbers[] {
    const memory = this.memoryState();
    try {
      return batches.map((labels) => this.draws(labels.length, labels));
    } finally {
      this.restoreMemory(memory);
    }
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
      draw: (labels) => this.draws(labels.length, labels),
      memory: { state: () => this.memoryState(), restore: (state) => this.restoreMemory(state) },
    };
  }
}

/** An option's value, for people. */
function inWords(value: unknown): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
