import { elements } from '../backend';
import type { ConvWindow, Kernels, Value } from '../backend';
import { problem } from '../utils/errors';
import { Dense, Uniform } from './flow';
import type { Flow } from './flow';
import { ColumnSum, Convolution, Product } from './layerFactors';

/**
 * For each input of a kernel: from the gradient of its result to that of the input. Called only where one is wanted. Where the
 * input's rows are not those of the result, the rule says so (`mixed`).
 */
export type Rule = readonly ((k: Kernels, dy: Flow) => Flow)[];

/** y = a·b with each operand transposed first where asked. The weights of a layer stand on the right: their gradient stays a product. */
export function matMul(a: Value, b: Value, transposeA: boolean, transposeB: boolean): Rule {
  return [
    (k, dy) => {
      if (transposeA) return mixed(k.matMul(b, dy.value(k), transposeB, true));
      return new Dense(k.matMul(dy.value(k), b, false, !transposeB));
    },
    (k, dy) => {
      if (transposeB) return mixed(k.matMul(dy.value(k), a, true, transposeA));
      return transposeA ? mixed(k.matMul(a, dy.value(k))) : new Product(a, dy.value(k), dy.bySample);
    },
  ];
}

/** x + bias on the last axis. */
export function biasAdd(bias: Value): Rule {
  return [(_, dy) => dy, (k, dy) => new ColumnSum(dy.value(k), bias.shape[0], dy.bySample)];
}

/** Keeps the activation y only. */
export function relu(y: Value): Rule {
  return [(k, dy) => new Dense(k.reluGrad(dy.value(k), y))];
}

/** The gradient through a ReLU is linear in dy. */
export function reluGrad(y: Value): Rule {
  return [(k, dy) => new Dense(k.reluGrad(dy.value(k), y))];
}

/** The losses' gradient with respect to the logits came with the losses; [n, classes]. */
export function crossEntropy(gradient: Value): Rule {
  return [
    (k, dy) => {
      if (dy instanceof Uniform) return new Dense(dy.number === 1 ? gradient : k.scale(gradient, dy.number));
      return new Dense(k.mul(gradient, k.reshape(dy.value(k), [gradient.shape[0], 1])));
    },
  ];
}

/** That gradient, softmax(logits) − one-hot, as part of a loss: changes as the softmax does. */
export function crossEntropyGradient(logits: Value): Rule {
  return [(k, dy) => softmax(k.softmax(logits))[0](k, dy)];
}

/** y = softmax(x): dx = y∘(dy − Σ dy∘y). */
export function softmax(y: Value): Rule {
  return [(k, dy) => new Dense(k.mul(y, k.sub(dy.value(k), k.rowSums(k.mul(dy.value(k), y)))))];
}

/** y = log softmax(x): dx = dy − softmax(x)·Σ dy. */
export function logSoftmax(y: Value): Rule {
  return [(k, dy) => new Dense(k.sub(dy.value(k), k.mul(k.exp(y), k.rowSums(dy.value(k)))))];
}

export function exp(y: Value): Rule {
  return [(k, dy) => times(k, dy, y)];
}

export function log(x: Value): Rule {
  return [(k, dy) => new Dense(k.div(dy.value(k), x))];
}

/** y = √x: dx = dy / 2y. */
export function sqrt(y: Value): Rule {
  return [(k, dy) => new Dense(k.scale(k.div(dy.value(k), y), 0.5))];
}

/** The filter's gradient stays in factored form. */
export function conv2d(x: Value, filter: Value, window: ConvWindow): Rule {
  return [
    (k, dy) => new Dense(k.conv2dInputGrad(dy.value(k), filter, x.shape, window)),
    (k, dy) => new Convolution(x, dy.value(k), filter.shape, window, dy.bySample),
  ];
}

export function maxPool(x: Value, y: Value, size: number): Rule {
  return [(k, dy) => new Dense(k.maxPoolGrad(dy.value(k), x, y, size))];
}

export function meanPool(x: Value, size: number): Rule {
  return [(k, dy) => new Dense(k.meanPoolGrad(dy.value(k), x.shape, size))];
}

export function add(a: Value, b: Value): Rule {
  return [(k, dy) => summedTo(k, dy, a.shape), (k, dy) => summedTo(k, dy, b.shape)];
}

export function sub(a: Value, b: Value): Rule {
  return [(k, dy) => summedTo(k, dy, a.shape), (k, dy) => summedTo(k, scaled(k, dy, -1), b.shape)];
}

/** A scale for each column on the right, as a bias, gets its gradient in factored form. */
export function mul(a: Value, b: Value): Rule {
  const scales = b.shape.length === 1 && a.shape.length > 1 && a.shape.at(-1) === b.shape[0];
  return [
    (k, dy) => summedTo(k, times(k, dy, b), a.shape),
    (k, dy) => {
      const each = times(k, dy, a);
      return scales ? new ColumnSum(each.value(k), b.shape[0], dy.bySample) : summedTo(k, each, b.shape);
    },
  ];
}

/** y = a/b: da = dy/b, db = −dy∘y/b. */
export function div(a: Value, b: Value, y: Value): Rule {
  return [
    (k, dy) => summedTo(k, new Dense(k.div(dy.value(k), b)), a.shape),
    (k, dy) => summedTo(k, new Dense(k.scale(k.div(k.mul(dy.value(k), y), b), -1)), b.shape),
  ];
}

export function scale(factor: number): Rule {
  return [(k, dy) => scaled(k, dy, factor)];
}

export function sum(x: Value): Rule {
  return [(k, dy) => spread(k, dy, x.shape)];
}

export function columnSums(x: Value): Rule {
  return [(k, dy) => spread(k, dy, x.shape, false)];
}

export function rowSums(x: Value): Rule {
  return [(k, dy) => spread(k, dy, x.shape)];
}

/** A row that was taken several times gets the sum; the rows' positions as a matrix of zeros and ones do it. */
export function gather(x: Value, positions: Value): Rule {
  return [
    (k, dy) => {
      const [rows] = x.shape;
      const each = elements(x.shape) / rows;
      const taken = k.reshape(dy.value(k), [positions.shape[0], each]);
      return mixed(k.reshape(k.matMul(k.oneHot(positions, rows), taken, true), x.shape));
    },
  ];
}

/**
 * Weights side by side stay products, and so do biases one after the other: each gets its columns of delta. `part` gives the
 * same value for the same columns, so that weight and bias of a layer share their delta.
 */
export function concat(values: readonly Value[], axis: 0 | 1, part: SlicePart): Rule {
  let end = 0;
  return values.map((value) => {
    const count = value.shape[axis];
    const start = end;
    end += count;
    return (k: Kernels, dy: Flow): Flow => {
      if (dy instanceof Product && axis === 1) return new Product(dy.input, part(k, dy.delta, 1, start, count), dy.ofSamples);
      if (dy instanceof ColumnSum && axis === 0 && dy.delta.shape.length === 2)
        return new ColumnSum(part(k, dy.delta, 1, start, count), count, dy.ofSamples);
      return new Dense(part(k, dy.value(k), axis, start, count), axis === 1);
    };
  });
}

/** `Kernels.slice`, computed once for the same value and range. */
export type SlicePart = (k: Kernels, x: Value, axis: 0 | 1, start: number, count: number) => Value;

export function slice(x: Value, axis: 0 | 1, start: number, count: number): Rule {
  const zeros = (k: Kernels, n: number) =>
    n > 0 ? [filled(k, x.shape.map((size, i) => (i === axis ? n : size)), 0)] : []; // prettier-ignore
  return [
    (k, dy) => {
      const parts = [...zeros(k, start), dy.value(k), ...zeros(k, x.shape[axis] - start - count)];
      return new Dense(k.concat(parts, axis), axis === 1);
    },
  ];
}

export function reshape(x: Value): Rule {
  return [
    (k, dy) => {
      const sameRows = dy.shape[0] === x.shape[0];
      if (dy instanceof Uniform) return new Uniform(x.shape, dy.number, sameRows);
      return new Dense(k.reshape(dy.value(k), x.shape), sameRows);
    },
  ];
}

/** A gradient whose rows are not those of what it came from. */
function mixed(value: Value): Flow {
  return new Dense(value, false);
}

function scaled(k: Kernels, dy: Flow, factor: number): Flow {
  return dy instanceof Uniform ? new Uniform(dy.shape, dy.number * factor) : new Dense(k.scale(dy.value(k), factor));
}

/** dy∘x. */
function times(k: Kernels, dy: Flow, x: Value): Flow {
  const sameShape = dy.shape.join() === x.shape.join();
  if (dy instanceof Uniform && sameShape) return new Dense(dy.number === 1 ? x : k.scale(x, dy.number));
  return new Dense(k.mul(dy.value(k), x));
}

/** The gradient of an operand that was repeated to a larger shape: summed over its repetitions. */
function summedTo(k: Kernels, dy: Flow, shape: readonly number[]): Flow {
  if (dy.shape.join() === shape.join()) return dy;
  const [before, kept, after] = repetitions(dy.shape, shape);
  const bySample = before === 1 && shape[0] === dy.shape[0];
  if (dy instanceof Uniform) return new Uniform(shape, dy.number * before * after, bySample);
  if (kept === 1) return new Dense(shaped(k, k.sum(dy.value(k)), shape), bySample);
  let sum = dy.value(k);
  if (before > 1) sum = k.columnSums(shaped(k, sum, [before, kept * after]));
  if (after > 1) sum = k.rowSums(shaped(k, sum, [kept, after]));
  return new Dense(shaped(k, sum, shape), bySample);
}

/**
 * How an operand was repeated, as NumPy does it: `before` times as a whole, then each of its `kept` entries `after` times.
 *
 * @throws when axes are repeated between others that are not
 */
function repetitions(to: readonly number[], shape: readonly number[]): [before: number, kept: number, after: number] {
  const own = [...new Array<number>(to.length - shape.length).fill(1), ...shape]; // aligned at the last axis
  const isKept = own.map((size) => size > 1);
  const [first, end] = isKept.includes(true) ? [isKept.indexOf(true), isKept.lastIndexOf(true) + 1] : [to.length, to.length];
  const kept = to.slice(first, end);
  if (kept.join() === own.slice(first, end).join())
    return [elements(to.slice(0, first)), elements(kept), elements(to.slice(end))];
  throw problem(
    'Tape',
    `no gradient for an operand [${shape}] that is repeated to [${to}] between its axes`,
    'reshape it first, so that whole rows or columns repeat',
  );
}

function shaped(k: Kernels, x: Value, shape: readonly number[]): Value {
  return x.shape.join() === shape.join() ? x : k.reshape(x, [...shape]);
}

/** The gradient of a sum: repeated over what was summed. */
function spread(k: Kernels, dy: Flow, shape: readonly number[], sameRows = true): Flow {
  if (dy instanceof Uniform) return new Uniform(shape, dy.number, sameRows);
  return new Dense(k.mul(filled(k, shape, 1), dy.value(k)), sameRows);
}

function filled(k: Kernels, shape: readonly number[], number: number): Value {
  return k.tensor(new Float32Array(elements(shape)).fill(number), [...shape]);
}
