import type { AdamNumbers, ConvWindow, HostNumbers, Kernels, Value, Variable } from '../backend';
import { checkBoolean, problem, shown, withDefaults } from '../utils/errors';
import { Factors } from './factors';
import { added, Uniform } from './flow';
import type { Flow } from './flow';
import { Parameter } from './parameter';
import type { Gradients } from './parameter';
import * as rules from './rules';
import type { Rule } from './rules';

/** One operation whose result depends on a parameter. */
interface Entry {
  readonly output: Value;
  readonly inputs: readonly Value[];
  readonly rule: Rule;
}

/** Options of a `Tape`. */
export interface TapeOptions {
  /**
   * Whether forward passes on it are those of a training step: layers that compute otherwise in training (`BatchNorm`) then do.
   * Default false.
   */
  training?: boolean;
}

/**
 * Kernels that remember: each operation is done by other kernels at once, and where its result depends on a parameter that is
 * not frozen, the tape notes how the gradient flows back. So a model is a forward pass and a loss is a function; inputs that
 * need no gradient get none, and nothing is computed for gradients before they are asked for.
 *
 * @example
 * const tape = new Tape(k);
 * const loss = meanCrossEntropy(tape, model.logits(tape, x, task), y);
 * const gradients = tape.gradients(loss);
 */
export class Tape implements Kernels {
  private readonly entries: Entry[] = [];
  /** Values that depend on a parameter; those read from one directly have it beside them. */
  private readonly tracked = new Map<Value, Parameter | undefined>();
  private readonly slices = new Map<Value, Map<string, Value>>();

  /** Whether forward passes on it are those of a training step. */
  readonly training: boolean;

  /**
   * @param k the kernels that compute
   * @param options `{training: false}`
   */
  constructor(
    private readonly k: Kernels,
    options: TapeOptions = {},
  ) {
    this.training = withDefaults<Required<TapeOptions>>('Tape', options, { training: false }).training;
    checkBoolean('Tape', 'training', this.training);
  }

  /**
   * The gradients of a loss by parameter, added up where a parameter is used in several places.
   *
   * @param loss a single number, made with this tape
   * @throws when the loss is no single number, or depends on no parameter that may change
   */
  gradients(loss: Value): Gradients {
    return this.factors(loss).gradients();
  }

  /** The same gradients before they are multiplied out; see `Factors`. */
  factors(loss: Value): Factors {
    this.checkLoss(loss);
    const open = new Map<Value, Flow[]>();
    const found = new Map<Parameter, Flow[]>();
    const send = (value: Value, flow: Flow) => {
      const parameter = this.tracked.get(value);
      if (parameter) push(found, parameter, flow);
      else push(open, value, flow);
    };
    send(loss, new Uniform([], 1));
    for (let i = this.entries.length - 1; i >= 0; i--) {
      const { output, inputs, rule } = this.entries[i];
      const flows = open.get(output);
      if (!flows) continue;
      open.delete(output);
      const dy = added(this.k, flows);
      for (let at = 0; at < inputs.length; at++) {
        if (!this.tracked.has(inputs[at])) continue;
        const flow = rule[at](this.k, dy);
        flow.bySample &&= dy.bySample;
        send(inputs[at], flow);
      }
    }
    return new Factors(this.k, found);
  }

  // ── kernels with a rule ───────────────────────────────────────────────────────────────────────────────────────────

  matMul(a: Value, b: Value, transposeA = false, transposeB = false): Value {
    return this.note(this.k.matMul(a, b, transposeA, transposeB), [a, b], rules.matMul(a, b, transposeA, transposeB));
  }

  biasAdd(x: Value, bias: Value): Value {
    return this.note(this.k.biasAdd(x, bias), [x, bias], rules.biasAdd(bias));
  }

  columnSums(x: Value): Value {
    return this.note(this.k.columnSums(x), [x], rules.columnSums(x));
  }

  rowSums(x: Value): Value {
    return this.note(this.k.rowSums(x), [x], rules.rowSums(x));
  }

  relu(x: Value): Value {
    const y = this.k.relu(x);
    return this.note(y, [x], rules.relu(y));
  }

  reluGrad(dy: Value, y: Value): Value {
    return this.note(this.k.reluGrad(dy, y), [dy], rules.reluGrad(y));
  }

  crossEntropy(logits: Value, labels: Value): { losses: Value; gradient: Value } {
    const { losses, gradient } = this.k.crossEntropy(logits, labels);
    this.note(losses, [logits], rules.crossEntropy(gradient));
    this.note(gradient, [logits], rules.crossEntropyGradient(logits));
    return { losses, gradient };
  }

  softmax(logits: Value): Value {
    const y = this.k.softmax(logits);
    return this.note(y, [logits], rules.softmax(y));
  }

  logSoftmax(logits: Value): Value {
    const y = this.k.logSoftmax(logits);
    return this.note(y, [logits], rules.logSoftmax(y));
  }

  exp(x: Value): Value {
    const y = this.k.exp(x);
    return this.note(y, [x], rules.exp(y));
  }

  log(x: Value): Value {
    return this.note(this.k.log(x), [x], rules.log(x));
  }

  sqrt(x: Value): Value {
    const y = this.k.sqrt(x);
    return this.note(y, [x], rules.sqrt(y));
  }

  conv2d(x: Value, filter: Value, window: ConvWindow): Value {
    return this.note(this.k.conv2d(x, filter, window), [x, filter], rules.conv2d(x, filter, window));
  }

  maxPool(x: Value, size: number): Value {
    const y = this.k.maxPool(x, size);
    return this.note(y, [x], rules.maxPool(x, y, size));
  }

  meanPool(x: Value, size: number): Value {
    return this.note(this.k.meanPool(x, size), [x], rules.meanPool(x, size));
  }

  add(a: Value, b: Value): Value {
    return this.note(this.k.add(a, b), [a, b], rules.add(a, b));
  }

  sub(a: Value, b: Value): Value {
    return this.note(this.k.sub(a, b), [a, b], rules.sub(a, b));
  }

  mul(a: Value, b: Value): Value {
    return this.note(this.k.mul(a, b), [a, b], rules.mul(a, b));
  }

  div(a: Value, b: Value): Value {
    const y = this.k.div(a, b);
    return this.note(y, [a, b], rules.div(a, b, y));
  }

  scale(x: Value, factor: number): Value {
    return this.note(this.k.scale(x, factor), [x], rules.scale(factor));
  }

  sum(x: Value): Value {
    return this.note(this.k.sum(x), [x], rules.sum(x));
  }

  gather(x: Value, positions: Value): Value {
    return this.note(this.k.gather(x, positions), [x], rules.gather(x, positions));
  }

  concat(values: Value[], axis: 0 | 1): Value {
    return this.note(this.k.concat(values, axis), values, rules.concat(values, axis, this.part));
  }

  slice(x: Value, axis: 0 | 1, start: number, count: number): Value {
    return this.note(this.k.slice(x, axis, start, count), [x], rules.slice(x, axis, start, count));
  }

  reshape(x: Value, shape: number[]): Value {
    return this.note(this.k.reshape(x, shape), [x], rules.reshape(x));
  }

  stopGradient(x: Value): Value {
    return this.tracked.has(x) ? this.k.reshape(x, x.shape) : x; // the same numbers as a value of its own
  }

  // ── kernels without one: their results are constants to the loss ──────────────────────────────────────────────────

  argMax(x: Value): Value {
    return this.k.argMax(x);
  }

  countEqual(a: Value, b: Value): Value {
    return this.k.countEqual(a, b);
  }

  oneHot(labels: Value, depth: number): Value {
    return this.k.oneHot(labels, depth);
  }

  tensor(data: Float32Array | Int32Array, shape: number[]): Value {
    return this.k.tensor(data, shape);
  }

  blockProducts(a: Value, b: Value, blocks: number): Value {
    this.refuse('blockProducts', a, b);
    return this.k.blockProducts(a, b, blocks);
  }

  conv2dInputGrad(dy: Value, filter: Value, inputShape: number[], window: ConvWindow): Value {
    this.refuse('conv2dInputGrad', dy, filter);
    return this.k.conv2dInputGrad(dy, filter, inputShape, window);
  }

  conv2dFilterGrad(x: Value, dy: Value, filterShape: number[], window: ConvWindow): Value {
    this.refuse('conv2dFilterGrad', x, dy);
    return this.k.conv2dFilterGrad(x, dy, filterShape, window);
  }

  maxPoolGrad(dy: Value, x: Value, y: Value, size: number): Value {
    this.refuse('maxPoolGrad', dy, x, y);
    return this.k.maxPoolGrad(dy, x, y, size);
  }

  meanPoolGrad(dy: Value, inputShape: number[], size: number): Value {
    this.refuse('meanPoolGrad', dy);
    return this.k.meanPoolGrad(dy, inputShape, size);
  }

  patches(x: Value, kernel: readonly [number, number], window: ConvWindow): Value {
    this.refuse('patches', x);
    return this.k.patches(x, kernel, window);
  }

  hostCall(inputs: Value[], shape: number[], compute: (...inputs: HostNumbers[]) => Float32Array): Value {
    this.refuse('hostCall', ...inputs);
    return this.k.hostCall(inputs, shape, compute);
  }

  hostIf(inputs: Value[], test: (...inputs: HostNumbers[]) => boolean, then: () => Value[], otherwise: () => Value[]): Value[] {
    const way = (compute: () => Value[]) => () => {
      const values = compute();
      this.refuse('hostIf', ...values);
      return values;
    };
    this.refuse('hostIf', ...inputs);
    return this.k.hostIf(inputs, test, way(then), way(otherwise));
  }

  // ── variables ─────────────────────────────────────────────────────────────────────────────────────────────────────

  read(variable: Variable): Value {
    const content = this.k.read(variable);
    if (variable instanceof Parameter && !variable.frozen) this.tracked.set(content, variable);
    return content;
  }

  assign(variable: Variable, value: Value): void {
    this.k.assign(variable, value);
  }

  momentumStep(weight: Variable, velocity: Variable, gradient: Value, learningRate: number | Value, momentum: number): void {
    this.k.momentumStep(weight, velocity, gradient, learningRate, momentum);
  }

  adamStep(weight: Variable, mean: Variable, square: Variable, gradient: Value, numbers: AdamNumbers): void {
    this.k.adamStep(weight, mean, square, gradient, numbers);
  }

  // ── own ───────────────────────────────────────────────────────────────────────────────────────────────────────────

  private note(output: Value, inputs: readonly Value[], rule: Rule): Value {
    if (!inputs.some((input) => this.tracked.has(input))) return output;
    this.tracked.set(output, undefined);
    this.entries.push({ output, inputs, rule });
    return output;
  }

  private checkLoss(loss: Value): void {
    if (!Array.isArray((loss as Value | undefined)?.shape)) {
      throw problem('loss', `it must be a value that the kernels made, got ${shown(loss)}`, 'return it from the loss hook');
    }
    if (loss.shape.length > 0) {
      throw problem('loss', `it must be a single number, got the shape [${loss.shape}]`, 'take its sum or mean');
    }
    if (this.tracked.has(loss)) return;
    throw problem(
      'loss',
      'it depends on no parameter that may change',
      'compute it with the kernels that were passed in, from parameters that are not frozen',
    );
  }

  private refuse(kernel: string, ...inputs: Value[]): void {
    if (!inputs.some((input) => this.tracked.has(input))) return;
    throw problem('loss', `no gradient flows through ${kernel}`, 'use it on values that depend on no parameter');
  }

  private readonly part = (k: Kernels, x: Value, axis: 0 | 1, start: number, count: number): Value => {
    const known = this.slices.get(x) ?? new Map<string, Value>();
    this.slices.set(x, known);
    const key = `${axis} ${start} ${count}`;
    const value = known.get(key) ?? k.slice(x, axis, start, count);
    known.set(key, value);
    return value;
  };
}

function push<K>(map: Map<K, Flow[]>, key: K, flow: Flow): void {
  const list = map.get(key);
  if (list) list.push(flow);
  else map.set(key, [flow]);
}
