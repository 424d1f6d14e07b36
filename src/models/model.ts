import { Tape } from '../autodiff';
import type { Gradients, Parameter } from '../autodiff';
import { backend, elements, isThere, readSaved, savedFile, writeSaved } from '../backend';
import type { Kernels, Value, Variable } from '../backend';
import type { Task } from '../data/task';
import { problem, shown } from '../utils/errors';
import { findArchitecture } from './architectures';
import { refuseWhileRunning } from './exclusive';
import { labelsOnDevice, onDevice } from './inputs';
import type { Labels, Rows } from './inputs';
import { forSavedWeights } from './layers/initialisation';
import { meanCrossEntropy } from './losses';
import { knownTask, predict } from './predict';
import type { KnownTask, Prediction, PredictOptions, RawInputs } from './predict';
import { checkSameOptions, checkState, modelState, writeParameters } from './state';
import type { ModelState } from './state';
import type { Layer } from './trunk';

/**
 * Which task's output a row goes through, for models that use the task id: one task for all rows, or an int32 value [n]
 * with a task for each row (replayed samples). Models that do not use the task id ignore it.
 */
export type TaskOfRows = number | Value | undefined;

/** The names of the built-in architectures. */
export type Architecture = 'MLP' | 'MultiHeadMLP' | 'SingleHeadMLP' | 'DomainMLP' | 'ProgressiveNeuralNet';

/**
 * What trainers and scenarios need of a network: a forward pass (`logits`) and its layers; gradients come by themselves (see
 * `Tape`). Add an architecture by extending this class, and make it known with `registerArchitecture`.
 */
export abstract class Model {
  /** That `logits` of this class can be recorded as a graph; see `CLTrainer.recordable`. */
  static readonly recordable: boolean = true;
  /** The name of the architecture, under which it is registered. */
  abstract readonly architecture: Architecture | (string & {});
  /** Numbers per input. */
  abstract readonly inputSize: number;
  /** [height, width, channels] where it looks at its inputs as images; undefined where their order means nothing to it. */
  readonly imageShape?: readonly number[];

  /** Whether one forward pass may hold rows of several tasks, as replay and GEM need; `false` in ProgressiveNeuralNet. */
  readonly mixesTasks: boolean = true;

  /**
   * Options of `config()` in which a saved model may differ from the one that takes it over: those that only decide how weights
   * start. All others change what a network computes, also where the weights have the same shapes.
   */
  protected readonly optionsOfStart: readonly string[] = ['seed'];

  /** Names of the tasks it has learnt, in order; saved with it. */
  readonly learnt: string[] = [];
  /** The tasks it was made ready for: their classes, and what raw inputs are; saved with it. */
  readonly tasks: KnownTask[] = [];
  /**
   * The trainer that trained it last, where that one answers by more than its outputs (iCaRL by nearest means, PackNet with part of the
   * weights …): then `predict` here would answer otherwise than was measured, and refuses. Saved with it.
   */
  answeredBy: string | undefined;

  /** Every layer with weights, in a fixed order. */
  abstract layers(): Layer[];

  /** The options it was made with, as plain JSON: making one from them gives the same initial weights. */
  abstract config(): object;

  /**
   * The forward pass in kernels: the outputs before the softmax. Weights are read with `k.read`; nothing else is needed for
   * gradients.
   *
   * @param x inputs [n, inputSize]
   * @returns [n, classes]
   */
  abstract logits(k: Kernels, x: Value, task: TaskOfRows): Value;

  /**
   * What the last layer sees, for methods that classify by it (nearest means).
   *
   * @param x inputs [n, inputSize]
   * @returns [n, width]
   * @throws when the architecture does not say what its features are
   */
  features(_k: Kernels, _x: Value): Value {
    throw problem(this.architecture, 'it does not say what its features are', 'override features(k, x)');
  }

  /** Gets ready for a task before its first step: a new head, a wider head, a new column. Calling it again changes nothing. */
  prepareTask(_task: Task): void {}

  /** Notes what `predict` needs to know of a task; trainers call it when the task begins. */
  meet(task: Task): void {
    const at = this.tasks.findIndex(({ id }) => id === task.id);
    if (at >= 0) this.tasks[at] = knownTask(task);
    else this.tasks.push(knownTask(task));
  }

  /** Whether the model has an answer for this task already (a head, a column, outputs for its classes). */
  canAnswer(_task: Task): boolean {
    return true;
  }

  /** All parameters, frozen ones included. */
  parameters(): Parameter[] {
    return this.layers().flatMap((layer) => layer.parameters());
  }

  /** What layers keep beside their parameters and is saved with them: running means and variances of batch normalisation. */
  buffers(): Variable[] {
    return this.layers().flatMap((layer) => layer.buffers?.() ?? []);
  }

  /**
   * The network's outputs before the softmax.
   *
   * @param x inputs as the network learnt them (normalised): rows of `inputSize` numbers, one flat array of rows, or a tensor
   *   [n, inputSize]
   * @param taskId which head or column answers; needed by MultiHeadMLP and ProgressiveNeuralNet
   * @returns logits [n, classes] on the device: `numbersOf` copies them to the host, `dispose` frees them
   * @throws when the shape is wrong or the task is unknown
   */
  forward(x: Rows, taskId?: number): Value {
    const { kernels, scope } = backend();
    return scope(() => this.logits(kernels, onDevice(this, x), taskId));
  }

  /**
   * What the model says of raw inputs: they are standardised as its training data was, and the answers come with the names of the
   * classes. Where the method answers by more than the model's outputs (see `answeredBy`), ask `CLTrainer.predict`.
   *
   * @param inputs raw inputs as the training data had them, e.g. bytes of images, or rows of a table as objects; see `RawInputs`
   * @param options `{taskId, topK: 1}`; `taskId` for MultiHeadMLP and ProgressiveNeuralNet
   * @returns for each input the most likely label, the name of its class and its probability, and the `topK` most likely ones
   * @throws when it was not trained, its trainer answers in its own way, a value cannot be meant (with its place), or the task is
   *   unknown
   * @example const [{ className, probability }] = model.predict([{ age: 41, visits: 2 }]);
   */
  predict(inputs: RawInputs, options: PredictOptions = {}): Prediction[] {
    return predict(this, inputs, options);
  }

  /**
   * Mean softmax cross-entropy over the rows and its gradients for all parameters it depends on, for a training loop of your
   * own. The pass is that of a training step: with batch normalisation the rows' own mean and variance count, and the running ones move.
   *
   * @param x inputs, see `forward`
   * @param y labels, each in 0 … classes−1; [n]
   * @returns the loss in nats, and the gradients by parameter, row-major in the parameter's shape
   */
  lossAndGradients(x: Rows, y: Labels, taskId?: number): { loss: number; gradients: Map<Parameter, Float32Array> } {
    const { kernels, scope, toHost, dispose } = backend();
    let found: Gradients = new Map();
    const [loss, ...values] = scope(() => {
      const tape = new Tape(kernels, { training: true });
      const mean = meanCrossEntropy(tape, this.logits(tape, onDevice(this, x), taskId), labelsOnDevice(this, y));
      found = tape.gradients(mean);
      return [mean, ...found.values()];
    });
    const numbers = [loss, ...values].map((value) => Float32Array.from(toHost(value)));
    dispose(loss, ...values);
    return { loss: numbers[0][0], gradients: new Map([...found.keys()].map((parameter, i) => [parameter, numbers[i + 1]])) };
  }

  /**
   * The model as plain data: what is needed to make it again (architecture, options, heads and columns that were added, what is
   * frozen) and its weights. What a method remembers (importances, memories) is not part of it: see `CLTrainer.state`.
   *
   * @example writeFileSync('model.json', JSON.stringify(model.state()))
   */
  state(): ModelState {
    return modelState(this);
  }

  /**
   * Takes over saved weights; the model first gets the heads, outputs or columns it lacks.
   *
   * @param state what `state()` of a model with the same options gave
   * @throws when it is damaged, or architecture, options or shapes differ; no saved weight is then taken over, but heads,
   *   outputs or columns may have been added; while a call of a trainer runs on the model (the method's own hooks between steps may)
   * @example const model = new MultiHeadMLP(); model.restore(JSON.parse(readFileSync('model.json', 'utf8')))
   */
  restore(state: ModelState): void {
    const { architecture, inputSize } = this;
    refuseWhileRunning(this, `${architecture}.restore`, ['to replacing']);
    checkState(`${architecture}.restore`, state);
    if (state.architecture !== architecture || state.inputSize !== inputSize) {
      throw problem(
        `${architecture}.restore`,
        `the saved model is a ${state.architecture} of ${state.inputSize} inputs, this one has ${inputSize}`,
        `restore it into new ${state.architecture}({ inputSize: ${state.inputSize} })`,
      );
    }
    checkSameOptions(this, state, this.optionsOfStart);
    forSavedWeights(weightsOf(state), () => this.growTo(new Map(state.parameters.map(({ name, shape }) => [name, shape]))));
    writeParameters(this, state);
    this.learnt.splice(0, this.learnt.length, ...(state.learnt ?? []));
    this.tasks.splice(0, this.tasks.length, ...(state.tasks ?? []));
    this.answeredBy = state.answeredBy ?? undefined;
  }

  /**
   * Makes a model from saved data; architectures of your own must be known (`registerArchitecture`).
   *
   * @param state what `state()` gave
   * @example const model = Model.from(JSON.parse(readFileSync('model.json', 'utf8')))
   */
  static from(state: ModelState): Model {
    const model = newModelLike('Model.from', state);
    model.restore(state);
    return model;
  }

  /**
   * Saves the model (see `state`) as one file in the safetensors format, which Python reads, too. What a method remembers is not
   * part of it: see `CLTrainer.save`. The file is replaced as a whole.
   *
   * @param path a file that ends in `.safetensors`, or a folder, made when it is missing, for `model.safetensors`
   * @throws when a weight is not finite, when there is another file, or when it cannot be written
   * @example await model.save('model.safetensors')
   */
  async save(path: string): Promise<void> {
    writeSaved(savedFile(`${this.architecture}.save`, path, 'model'), 'model', this.state());
  }

  /**
   * Makes a model from what `save` of a model wrote, or from the model in what `save` of a trainer wrote; architectures of your own
   * must be known (`registerArchitecture`). Where the method answers by more than the model's outputs, `predict` of the model refuses:
   * load the trainer (`loadTrainer`) and ask it.
   *
   * @param path what was passed to `save`
   * @throws when there is no such file, when a folder holds both, or when it is damaged or of an unknown architecture
   * @example const model = await Model.load('model.safetensors')
   */
  static async load(path: string): Promise<Model> {
    const [own, ofTrainer] = (['model', 'trainer'] as const).map((kind) => savedFile('Model.load', path, kind));
    const trained = isThere(ofTrainer);
    if (trained && own !== ofTrainer && isThere(own)) {
      const reason = `the folder '${path}' holds a saved model and a saved trainer, whose model may be another`;
      throw problem('Model.load', reason, `name the file: ${own} or ${ofTrainer}`);
    }
    const { kind, state } = readSaved(trained ? ofTrainer : own, ['model', 'trainer']);
    return Model.from((kind === 'model' ? state : (state as { model: unknown }).model) as ModelState);
  }

  /** A copy with the same options, structure and weights, frozen where this one is. */
  clone(): Model {
    return Model.from(this.state());
  }

  /**
   * A network that answers for one task alone, with the weights this model's layers for the task had before any training: what
   * forward transfer is compared with.
   */
  fromScratch(task: Task): Model {
    const fresh = findArchitecture(this.architecture).create(this.config() as never) as Model;
    fresh.prepareTask(task);
    return fresh;
  }

  /**
   * Begins anew: weights as before any training, outputs and columns that came since included (they start as if all had come at
   * once). Nothing is frozen any more.
   *
   * @throws while a call of a trainer runs on the model (the method's own hooks between steps may)
   */
  restart(): void {
    refuseWhileRunning(this, `${this.architecture}.restart`, ['to replacing']);
    const fresh = findArchitecture(this.architecture).create(this.config() as never) as Model;
    const parameters = this.parameters();
    fresh.growTo(new Map(parameters.map(({ name, shape }) => [name, shape])));
    fresh.parameters().forEach((start, i) => {
      parameters[i].set(start.data(), start.shape);
      parameters[i].frozen = false;
    });
    const buffers = this.buffers();
    fresh.buffers().forEach((start, i) => buffers[i].set(start.data(), start.shape));
    fresh.dispose();
  }

  /**
   * Adds what a model with parameters of these names and shapes has and this one lacks, while it is not full (`isFull`); for
   * networks that grow.
   */
  protected growTo(_shapes: ReadonlyMap<string, readonly number[]>): void {}

  /** Whether it has as many weights as there are saved ones, so that growing on cannot be right: a damaged file must not take all memory. */
  protected isFull(shapes: ReadonlyMap<string, readonly number[]>): boolean {
    const saved = [...shapes.values()].reduce((total, shape) => total + elements(shape), 0);
    return countParameters(this) >= saved;
  }

  /** Frees the device memory of all parameters. The model cannot be used any more. Throws while a call of a trainer runs on it. */
  dispose(): void {
    refuseWhileRunning(this, `${this.architecture}.dispose`);
    for (const variable of [...this.parameters(), ...this.buffers()]) variable.dispose();
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    const sizes = this.layers().map((layer) => `${layer.name} ${layer.sizes}`);
    return `${this.architecture} (${countParameters(this).toLocaleString('en')} parameters: ${sizes.join(', ')})`;
  }
}

/**
 * A new model of the architecture and options of a saved one, without its weights.
 *
 * @param subject what to call the saved one in errors
 */
export function newModelLike(subject: string, state: unknown): Model {
  checkState(subject, state);
  if (!state.config) throw problem(subject, 'the saved model does not say how it was made', 'make it and use restore');
  const { create } = findArchitecture(state.architecture);
  const model = forSavedWeights(weightsOf(state), () => create(state.config as never)) as Model;
  checkSameOptions(model, state, []);
  return model;
}

const weightsOf = ({ parameters }: ModelState) => parameters.reduce((total, { shape }) => total + elements(shape), 0);

/**
 * The number of weights and biases of a model.
 *
 * @param which all of them (default), or only the frozen or the trainable ones
 */
export function countParameters(model: Model, which: 'all' | 'frozen' | 'trainable' = 'all'): number {
  if (typeof model?.parameters !== 'function') throw problem('countParameters', `${shown(model)} is no model`, 'pass a model');
  return model
    .parameters()
    .filter((parameter) => which === 'all' || parameter.frozen === (which === 'frozen'))
    .reduce((total, parameter) => total + elements(parameter.shape), 0);
}
