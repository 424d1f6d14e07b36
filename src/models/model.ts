import { backend } from '../backend';
import type { Kernels, Value } from '../backend';
import type { Task } from '../data/task';
import { problem } from '../utils/errors';
import { multiplyOut } from './layers/linear';
import type { LayerGradient, Linear } from './layers/linear';
import type { Gradients, Parameter } from '../autodiff';
import { modelState, writeParameters } from './state';
import type { ModelState } from './state';

/**
 * Which task's output a row goes through, for models that use the task id: one task for all rows, or an int32 value [n]
 * with a task for each row (replayed samples). Models that do not use the task id ignore it.
 */
export type TaskChoice = number | Value | undefined;

/** A forward pass: the outputs, and what the backward pass needs again. */
export interface Pass {
  /** [n, classes] */
  readonly logits: Value;
  /** Turns the gradient with respect to the logits into the gradients of the layers. */
  backward(k: Kernels, dLogits: Value): LayerGradient[];
}

/** The names of the built-in architectures. */
export type Architecture = 'MLP' | 'MultiHeadMLP' | 'SingleHeadMLP' | 'DomainMLP' | 'ProgressiveNeuralNet';

/** What trainers and scenarios need of a network. Add an architecture by extending this class. */
export abstract class Model {
  /** That `pass` and `lossAndGradients` of this class can be recorded as a graph; see `CLTrainer.recordable`. */
  static readonly recordable: boolean = true;
  /** The row of the compatibility table this model belongs to. */
  abstract readonly architecture: Architecture | (string & {});
  /** Numbers per input. */
  abstract readonly inputSize: number;

  /** Whether one forward pass may hold rows of several tasks, as replay and GEM need; `false` in ProgressiveNeuralNet. */
  readonly mixesTasks: boolean = true;

  /** Every linear layer, in a fixed order. */
  abstract layers(): Linear[];

  /** The forward pass in kernels; what `forward` and the training step share. */
  abstract pass(k: Kernels, x: Value, task: TaskChoice): Pass;

  /** Gets ready for a task before its first step: a new head, a wider head, a new column. Calling it again changes nothing. */
  prepareTask(_task: Task): void {}

  /** Whether the model has an answer for this task already (a head, a column, outputs for its classes). */
  canAnswer(_task: Task): boolean {
    return true;
  }

  /** All parameters, frozen ones included. */
  parameters(): Parameter[] {
    return this.layers().flatMap((layer) => layer.parameters());
  }

  /**
   * The network's outputs before the softmax.
   *
   * @param x inputs [n, inputSize], a `tf.Tensor`
   * @param taskId which head or column answers; needed by MultiHeadMLP and ProgressiveNeuralNet
   * @returns logits [n, classes], a `tf.Tensor`; dispose it, or call inside `tf.tidy`
   * @throws when the shape is wrong or the task is unknown
   */
  forward(x: Value, taskId?: number): Value {
    this.checkInput(x);
    const { kernels, scope } = backend();
    return scope(() => this.pass(kernels, x, taskId).logits);
  }

  /**
   * Mean softmax cross-entropy over the rows and its gradients for all parameters it depends on.
   *
   * @param x inputs [n, inputSize]
   * @param y labels int32 [n]
   */
  lossAndGradients(
    k: Kernels,
    x: Value,
    y: Value,
    task: TaskChoice,
  ): { loss: Value; gradients: Gradients; factors: LayerGradient[] } {
    const pass = this.pass(k, x, task);
    const { losses, gradient } = k.crossEntropy(pass.logits, y);
    const mean = 1 / x.shape[0];
    const factors = pass.backward(k, k.scale(gradient, mean));
    return { loss: k.scale(k.sum(losses), mean), gradients: multiplyOut(k, factors), factors };
  }

  /**
   * The weights as plain data, heads and columns that were added and what is frozen included. What a method remembers
   * (importances, memories) is not part of it.
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
   * @throws when architecture, input size or shapes differ; no saved weight is then taken over, but heads, outputs or columns
   *   may have been added
   * @example const model = new MultiHeadMLP(); model.restore(JSON.parse(readFileSync('model.json', 'utf8')))
   */
  restore(state: ModelState): void {
    const { architecture, inputSize } = this;
    if (state.architecture !== architecture || state.inputSize !== inputSize) {
      throw problem(
        `${architecture}.restore`,
        `the saved model is a ${state.architecture} of ${state.inputSize} inputs, this one has ${inputSize}`,
        `restore it into new ${state.architecture}({ inputSize: ${state.inputSize} })`,
      );
    }
    this.growTo(new Map(state.parameters.map(({ name, shape }) => [name, shape])));
    writeParameters(this, state);
  }

  /** Adds what a model with parameters of these names and shapes has and this one lacks; for networks that grow. */
  protected growTo(_shapes: ReadonlyMap<string, readonly number[]>): void {}

  /** Frees the device memory of all parameters. The model cannot be used any more. */
  dispose(): void {
    for (const parameter of this.parameters()) parameter.dispose();
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    const sizes = this.layers().map((layer) => `${layer.name} ${layer.nIn}×${layer.nOut}`);
    return `${this.architecture} (${countParameters(this).toLocaleString('en')} parameters: ${sizes.join(', ')})`;
  }

  /** Throws unless x is [n, inputSize]. */
  protected checkInput(x: Value): void {
    if (x.shape.length === 2 && x.shape[1] === this.inputSize) return;
    throw problem(
      this.architecture,
      `expected inputs of shape [n, ${this.inputSize}], got [${x.shape}]`,
      'flatten images to rows',
    );
  }
}

/**
 * The number of weights and biases of a model.
 *
 * @param which all of them (default), or only the frozen or the trainable ones
 */
export function countParameters(model: Model, which: 'all' | 'frozen' | 'trainable' = 'all'): number {
  return model
    .parameters()
    .filter((parameter) => which === 'all' || parameter.frozen === (which === 'frozen'))
    .reduce((total, parameter) => total + parameter.shape.reduce((product, n) => product * n, 1), 0);
}
