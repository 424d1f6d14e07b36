import type { Factors, Gradients } from '../autodiff';
import { backend } from '../backend';
import type { Kernels, Value } from '../backend';
import type { TaskLoader } from '../data/loader';
import type { Task } from '../data/task';
import { meanCrossEntropy } from '../models';
import type { Model } from '../models';
import { SCENARIOS } from '../scenarios/compatibility';
import { problem, shown } from '../utils/errors';
import type { StepGradients, TrainingBatch } from './batch';
import type { TrainingData } from './data';
import type { Phase } from './plan';
import type { MethodNeeds } from './needs';
import { trainerOptions } from './options';
import type { TrainerOptions } from './options';

/** What runs at every step, and so has to be recordable. */
export const STEP_HOOKS = ['draws', 'composeBatch', 'loss', 'adjustGradients', 'afterStep'];

/**
 * The contract of a method: hooks with their defaults, of which it overrides what it needs. In the order in which they are
 * called: `checkTask`, `trainingData`, `beginTask`, `phases`; at every step `draws`, `composeBatch`, `loss`, `adjustGradients`, `afterStep`;
 * `endTask`; at evaluation `scores`; for saving `memoryState`, `restoreMemory`.
 */
export abstract class MethodHooks<Own extends object = {}> {
  /**
   * That the step hooks of this class can be recorded as a graph: they use only the kernels on values, and may run once instead
   * of at every step, because they neither count nor change anything in JavaScript (what must happen at every step goes into
   * `hostCall` or `hostIf`, or into `draws`, whose draws must not depend on earlier steps). A class that overrides such a hook
   * and does not declare it runs op by op.
   */
  static readonly recordable: boolean = true;
  /** What the method needs, and where it does not help; read by tables, figures and tests. */
  static readonly needs: MethodNeeds = {};
  /** Short name in tables and figures, e.g. `ewc`. */
  readonly method: string = 'custom';
  /** The options in force, defaults filled in; they cannot be changed afterwards. */
  readonly options: Readonly<TrainerOptions & Own>;
  #taping: Kernels | undefined;

  /**
   * @param model the network to train
   * @param options `{lr: 0.01, momentum: 0.9, epochs: 5, seed, …}` and the method's own
   * @param ownDefaults the method's own options with their defaults
   */
  constructor(
    readonly model: Model,
    options: Partial<TrainerOptions & Own> = {},
    ownDefaults: Own = {} as Own,
  ) {
    if (typeof model?.parameters !== 'function')
      throw problem(this.constructor.name, `the model is ${shown(model)}`, 'pass a model, e.g. new MultiHeadMLP()');
    this.options = trainerOptions(this.constructor.name, options, ownDefaults);
  }

  /**
   * Throws where an option of the method cannot be meant for a task. Asked when a run is planned, of its first task, and before each task
   * is trained; default: every task will do.
   */
  checkTask(_task: Task): void {}

  /**
   * What to train on when a task arrives; default the task's own data.
   *
   * @param loader the task's training data
   * @param seen training data of all tasks so far, this one last
   */
  protected trainingData(loader: TaskLoader, _seen: readonly TaskLoader[]): TrainingData {
    return loader;
  }

  /** One phase of `epochs`, or of `steps` where they were asked for. */
  protected get pass(): Phase {
    const { epochs, steps } = this.options;
    return { epochs, steps };
  }

  /** The passes over a task's data; default one phase of `epochs` or `steps`. None: the method learns in `beginTask`, without gradient steps. */
  protected phases(_task: Task): Phase[] {
    return [this.pass];
  }

  /**
   * Before the first step of a task, after the model got its head or column. Where boundaries are hidden, before the first task only; a
   * method that learns here, without steps, is given the data of each stretch.
   */
  protected beginTask(_task: Task, _data: TrainingData): void | Promise<void> {}

  /**
   * What the host draws for the next step, as int32 arrays whose lengths depend on the batch size only.
   *
   * @param labels the labels of the step's batch; [batchSize]
   */
  protected draws(_batchSize: number, _labels: Int32Array): Record<string, Int32Array> {
    return {};
  }

  /** The batch to learn from; methods with a memory mix theirs in. */
  protected composeBatch(batch: TrainingBatch): TrainingBatch {
    return batch;
  }

  /**
   * The loss of a batch, a single number; default mean cross-entropy over the outputs in play. Computed with `k` (inside this
   * hook `this.k` is the same), which remembers how the gradient flows back.
   */
  protected loss(k: Kernels, batch: TrainingBatch): Value {
    return meanCrossEntropy(k, this.model.logits(k, batch.x, batch.task), batch.y);
  }

  /**
   * The gradients to step along; penalties add to them, projections change them.
   *
   * @param gradients by parameter; may be changed and returned
   * @param factors the same gradients before they are multiplied out
   */
  protected adjustGradients(gradients: Gradients, _batch: TrainingBatch, _factors: Factors): Gradients {
    return gradients;
  }

  /** After the weights were changed. */
  protected afterStep(_gradients: StepGradients, _batch: TrainingBatch): void {}

  /** After the last step of a task: importances, anchors, memories, freezing. */
  protected endTask(_task: Task, _loader: TaskLoader): void | Promise<void> {}

  /**
   * What classes are weighed by where the method answers (`evaluate`, `answers`, `predict`): the largest score of a row is the answer,
   * their softmax are its probabilities. Default: the model's outputs. A method that knows labels alone scores them 1 and others 0
   * (`k.oneHot`).
   *
   * @param x inputs [n, inputSize]
   * @param task the task id where the scenario reveals it
   * @returns [n, classes], a column for each label from 0; far below all others (−1e30) where a label does not compete
   */
  protected scores(k: Kernels, x: Value, task: number | undefined): Value {
    return this.model.logits(k, x, task);
  }

  /** Everything the method remembers beyond model and optimiser, random streams included, as plain JSON; see `CLTrainer.state`. */
  protected memoryState(): object {
    return {};
  }

  /** Takes over what `memoryState` of a trainer with the same options gave. */
  protected restoreMemory(_state: object): void {}

  /** What most likely made the loss explode, for the error message. */
  protected likelyCause(): string {
    const { optimizer, lr, momentum } = this.options;
    const how = optimizer === 'sgd' ? ` (with momentum ${momentum})` : ` (with ${optimizer})`;
    return `a learning rate of ${lr} that is too large${how}`;
  }

  // ── for methods ───────────────────────────────────────────────────────────────────────────────────────────────────

  /** The kernels a step is written in. */
  protected get k(): Kernels {
    return this.#taping ?? backend().kernels;
  }

  /** The task id where the scenario reveals it, else nothing: what a model may know of the task. */
  protected taskIdOf(task: Task): number | undefined {
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

  /** Whether the method chooses what a task is trained on, and so may need data of earlier tasks. */
  protected get choosesData(): boolean {
    return this.trainingData !== MethodHooks.prototype.trainingData;
  }

  /** Whether the method answers by the model's outputs, as every method does that does not say otherwise. */
  protected get answersByOutputs(): boolean {
    return this.scores === MethodHooks.prototype.scores;
  }

  /** What the method needs with its options; default what its class states. */
  get needs(): MethodNeeds {
    return (this.constructor as typeof MethodHooks).needs;
  }

  /** The loss with the tape's kernels in the place of `this.k`. */
  protected lossWith(tape: Kernels, batch: TrainingBatch): Value {
    this.#taping = tape;
    try {
      const loss = this.loss(tape, batch);
      this.checkReturned('loss', Array.isArray(loss?.shape), loss);
      return loss;
    } finally {
      this.#taping = undefined;
    }
  }

  /** Throws when a step hook returned nothing that can be used: a forgotten `return`, or a promise. */
  protected checkReturned(hook: string, right: boolean, value: unknown): void {
    if (right) return;
    const what = value instanceof Promise ? 'a promise, but steps do not wait' : value === undefined ? 'nothing' : shown(value);
    throw problem(`${this.constructor.name}.${hook}`, `it returned ${what}`, 'see MethodHooks for what it has to return');
  }
}
