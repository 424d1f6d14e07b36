import { elements, type ConvWindow, type Kernels, type Value } from '../../src/backend';
import { RandomStream } from '../../src/utils/random';

const random = new RandomStream(3, 'rules');

/** Numbers of an operand. */
export interface Operand {
  readonly shape: readonly number[];
  readonly numbers: Float32Array;
}

/** A kernel on operands whose gradients are checked. */
export interface RuleCase {
  readonly about: string;
  readonly operands: readonly Operand[];
  readonly result: (k: Kernels, operands: Value[]) => Value;
}

/** The grid on which operands lie, so that a step away from one is exact in float32. */
const GRID = 2 ** -8;
const filled = (shape: readonly number[], number: (i: number) => number): Operand => ({
  shape,
  numbers: Float32Array.from({ length: elements(shape) }, (_, i) => Math.round(number(i) / GRID) * GRID),
});

const normal = (...shape: number[]) => filled(shape, () => random.normal());
/** 0.5 to 2.5: for logarithms, roots and divisors. */
const positive = (...shape: number[]) => filled(shape, () => 0.5 + 2 * random.uniform());
/** Beyond ±0.25, away from the kink of a ReLU. */
const away = (...shape: number[]) => filled(shape, () => (random.uniform() < 0.5 ? -1 : 1) * (0.25 + random.uniform()));
/** All at least 0.25 apart, so that no small step changes which is the largest. */
const apart = (...shape: number[]) => {
  const order = random.permutation(elements(shape));
  return filled(shape, (i) => 0.25 * (order[i] - elements(shape) / 2));
};

const one = (about: string, operand: Operand, result: (k: Kernels, x: Value) => Value): RuleCase => ({
  about,
  operands: [operand],
  result: (k, [x]) => result(k, x),
});
const two = (about: string, a: Operand, b: Operand, result: (k: Kernels, a: Value, b: Value) => Value): RuleCase => ({
  about,
  operands: [a, b],
  result: (k, [x, y]) => result(k, x, y),
});
const int32 = (k: Kernels, ...numbers: number[]) => k.tensor(Int32Array.from(numbers), [numbers.length]);

/** How operands may be repeated: whole, by rows, by columns, by both, by images and by channels; other ranks included. */
const BROADCASTS: [number[], number[]][] = [
  [[3, 4], [3, 4]],
  [[3, 4], [4]],
  [[3, 4], [1, 4]],
  [[3, 4], [3, 1]],
  [[3, 4], []],
  [[3, 4], [1]],
  [[3, 4], [1, 1]],
  [[3, 1], [1, 4]],
  [[3, 1], [4]],
  [[4], [1, 4]],
  [[3], [3]],
  [[3], []],
  [[], []],
  [[2, 2, 3, 4], [2, 2, 3, 4]],
  [[2, 2, 3, 4], [4]],
  [[2, 2, 3, 4], [1, 1, 1, 4]],
  [[2, 2, 3, 4], [3, 4]],
  [[2, 2, 3, 4], [1, 2, 3, 4]],
  [[2, 2, 3, 4], [2, 1, 1, 1]],
  [[2, 2, 3, 4], [2, 2, 1, 1]],
  [[2, 3, 4], [1, 3, 1]],
  [[2, 2, 3], [2, 1]], // the 2 is the middle axis, not the first
]; // prettier-ignore

function elementwise(kernel: 'add' | 'sub' | 'mul' | 'div'): RuleCase[] {
  const make = kernel === 'div' ? positive : normal;
  const apply = (k: Kernels, a: Value, b: Value) => k[kernel](a, b);
  return [
    ...BROADCASTS.map(([a, b]) => two(`[${a}] with [${b}]`, make(...a), make(...b), apply)),
    ...BROADCASTS.map(([a, b]) => two(`[${b}] with [${a}]`, make(...b), make(...a), apply)),
    one('with itself', make(3, 4), (k, x) => k[kernel](x, x)),
  ];
}

/** Operands that are repeated between axes which are not: no gradient exists for them. */
export const REFUSED_BROADCASTS: [number[], number[]][] = [
  [[2, 3, 4], [2, 1, 4]],
  [[2, 2, 3, 4], [2, 1, 1, 4]],
  [[2, 2, 3, 4], [2, 1, 4]],
]; // prettier-ignore

const WINDOWS: ConvWindow[] = [1, 2].flatMap((stride) => [
  { stride, padding: 'same' } as const,
  { stride, padding: 'valid' } as const,
]);
const pools = (kernel: 'maxPool' | 'meanPool') =>
  [2, 3].map((size) => one(`${size} × ${size}`, apart(2, 5, 4, 2), (k, x) => k[kernel](x, size)));

/** Every kernel with a gradient rule, by its name. */
export const RULE_CASES: Record<string, RuleCase[]> = {
  matMul: [
    two('a·b', normal(3, 4), normal(4, 2), (k, a, b) => k.matMul(a, b)),
    two('aᵀ·b', normal(4, 3), normal(4, 2), (k, a, b) => k.matMul(a, b, true)),
    two('a·bᵀ', normal(3, 4), normal(2, 4), (k, a, b) => k.matMul(a, b, false, true)),
    two('aᵀ·bᵀ', normal(4, 3), normal(2, 4), (k, a, b) => k.matMul(a, b, true, true)),
    one('x·xᵀ', normal(3, 4), (k, x) => k.matMul(x, x, false, true)),
    one('x·x', normal(3, 3), (k, x) => k.matMul(x, x)),
  ],
  biasAdd: [
    two('of rows', normal(3, 4), normal(4), (k, x, b) => k.biasAdd(x, b)),
    two('of images', normal(2, 3, 2, 4), normal(4), (k, x, b) => k.biasAdd(x, b)),
  ],
  columnSums: [
    one('of rows', normal(3, 4), (k, x) => k.columnSums(x)),
    one('of images', normal(2, 3, 2, 4), (k, x) => k.columnSums(x)),
  ],
  rowSums: [one('of rows', normal(3, 4), (k, x) => k.rowSums(x))],
  relu: [one('of rows', away(3, 4), (k, x) => k.relu(x)), one('of images', away(2, 2, 3, 2), (k, x) => k.relu(x))],
  reluGrad: [one('dy', normal(3, 4), (k, dy) => k.reluGrad(dy, k.tensor(Float32Array.of(0, 1, 2, 0, 0, 3, 1, 1, 0, 2, 0, 1), [3, 4])))],
  crossEntropy: [
    one('losses', normal(4, 3), (k, x) => k.crossEntropy(x, int32(k, 0, 2, 1, 2)).losses),
    one('gradient', normal(4, 3), (k, x) => k.crossEntropy(x, int32(k, 0, 2, 1, 2)).gradient),
  ],
  softmax: [one('of rows', normal(3, 4), (k, x) => k.softmax(x))],
  logSoftmax: [one('of rows', normal(3, 4), (k, x) => k.logSoftmax(x))],
  exp: [one('of rows', normal(3, 4), (k, x) => k.exp(x))],
  log: [one('of rows', positive(3, 4), (k, x) => k.log(x))],
  sqrt: [one('of rows', positive(3, 4), (k, x) => k.sqrt(x))],
  add: elementwise('add'),
  sub: elementwise('sub'),
  mul: elementwise('mul'),
  div: elementwise('div'),
  scale: [one('by −2.5', normal(3, 4), (k, x) => k.scale(x, -2.5)), one('of a number', normal(), (k, x) => k.scale(x, 3))],
  sum: [
    one('of rows', normal(3, 4), (k, x) => k.sum(x)),
    one('of images', normal(2, 2, 3, 2), (k, x) => k.sum(x)),
    one('used again for each row', normal(3, 4), (k, x) => k.mul(x, k.sum(x))),
  ],
  gather: [
    one('repeated rows', normal(4, 3), (k, x) => k.gather(x, int32(k, 2, 0, 2, 2, 3))),
    one('repeated numbers', normal(4), (k, x) => k.gather(x, int32(k, 1, 1, 0))),
    one('repeated images', normal(3, 2, 2, 2), (k, x) => k.gather(x, int32(k, 2, 2, 0, 1))),
  ],
  concat: [
    two('rows', normal(2, 3), normal(1, 3), (k, a, b) => k.concat([a, b, a], 0)),
    two('columns', normal(3, 2), normal(3, 1), (k, a, b) => k.concat([a, b, a], 1)),
    two('numbers', normal(2), normal(3), (k, a, b) => k.concat([a, b], 0)),
    two('images', normal(1, 2, 2, 2), normal(2, 2, 2, 2), (k, a, b) => k.concat([a, b], 0)),
    one('a single value', normal(2, 3), (k, x) => k.concat([x], 1)),
    two('weights of a product', normal(2, 3), normal(2, 2), (k, a, b) => k.matMul(k.tensor(Float32Array.of(1, -2, 3, 4, 5, -6), [3, 2]), k.concat([a, b], 1))),
    two('biases', normal(3), normal(2), (k, a, b) => k.biasAdd(k.tensor(new Float32Array(10).fill(0.5), [2, 5]), k.concat([a, b], 0))),
    two('biases of images', normal(1), normal(2), (k, a, b) => k.biasAdd(k.tensor(new Float32Array(12), [2, 2, 1, 3]), k.concat([a, b], 0))),
  ],
  slice: [
    ...[0, 1, 3].map((start) => one(`row ${start}`, normal(4, 3), (k, x) => k.slice(x, 0, start, 1))),
    ...[0, 1, 2].map((start) => one(`columns from ${start}`, normal(3, 4), (k, x) => k.slice(x, 1, start, 2))),
    one('all rows', normal(3, 2), (k, x) => k.slice(x, 0, 0, 3)),
    one('numbers', normal(5), (k, x) => k.slice(x, 0, 1, 3)),
    one('images', normal(3, 2, 2, 2), (k, x) => k.slice(x, 0, 1, 1)),
  ],
  reshape: [
    one('rows to images', normal(2, 12), (k, x) => k.reshape(x, [2, 2, 3, 2])),
    one('to other rows', normal(4, 3), (k, x) => k.reshape(x, [6, 2])),
    one('to a number', normal(1, 1), (k, x) => k.reshape(x, [])),
  ],
  conv2d: WINDOWS.map((window) =>
    two(`stride ${window.stride}, ${window.padding}`, normal(2, 4, 5, 2), normal(3, 2, 2, 3), (k, x, f) => k.conv2d(x, f, window)),
  ),
  maxPool: pools('maxPool'),
  meanPool: pools('meanPool'),
}; // prettier-ignore

const constant = (k: Kernels, ...shape: number[]) => k.tensor(new Float32Array(elements(shape)).fill(1), shape);
const SAME = { stride: 1, padding: 'same' } as const;

/** Kernels without a rule, for each operand that could depend on a parameter: of which shape, and the call. */
export const REFUSED_KERNELS: Record<string, [shape: number[], call: (k: Kernels, x: Value) => unknown][]> = {
  blockProducts: [
    [[4, 2], (k, x) => k.blockProducts(x, constant(k, 4, 3), 2)],
    [[4, 2], (k, x) => k.blockProducts(constant(k, 4, 3), x, 2)],
  ],
  conv2dInputGrad: [
    [[1, 3, 3, 2], (k, dy) => k.conv2dInputGrad(dy, constant(k, 2, 2, 1, 2), [1, 3, 3, 1], SAME)],
    [[2, 2, 1, 2], (k, f) => k.conv2dInputGrad(constant(k, 1, 3, 3, 2), f, [1, 3, 3, 1], SAME)],
  ],
  conv2dFilterGrad: [
    [[1, 3, 3, 1], (k, x) => k.conv2dFilterGrad(x, constant(k, 1, 3, 3, 2), [2, 2, 1, 2], SAME)],
    [[1, 3, 3, 2], (k, dy) => k.conv2dFilterGrad(constant(k, 1, 3, 3, 1), dy, [2, 2, 1, 2], SAME)],
  ],
  maxPoolGrad: [
    [[1, 1, 1, 1], (k, dy) => k.maxPoolGrad(dy, constant(k, 1, 2, 2, 1), constant(k, 1, 1, 1, 1), 2)],
    [[1, 2, 2, 1], (k, x) => k.maxPoolGrad(constant(k, 1, 1, 1, 1), x, constant(k, 1, 1, 1, 1), 2)],
    [[1, 1, 1, 1], (k, y) => k.maxPoolGrad(constant(k, 1, 1, 1, 1), constant(k, 1, 2, 2, 1), y, 2)],
  ],
  meanPoolGrad: [[[1, 1, 1, 1], (k, dy) => k.meanPoolGrad(dy, [1, 2, 2, 1], 2)]],
  patches: [[[1, 3, 3, 1], (k, x) => k.patches(x, [2, 2], SAME)]],
  hostCall: [[[2], (k, x) => k.hostCall([x], [2], (numbers) => Float32Array.from(numbers))]],
  hostIf: [
    [[2], (k, x) => k.hostIf([x], () => true, () => [constant(k, 2)], () => [constant(k, 2)])],
    [[2], (k, x) => k.hostIf([], () => true, () => [k.scale(x, 2)], () => [constant(k, 2)])],
    [[2], (k, x) => k.hostIf([], () => false, () => [constant(k, 2)], () => [k.scale(x, 2)])],
  ],
}; // prettier-ignore

/** Kernels whose results stay the same for small changes of their operand: constants to the loss. */
export const CONSTANT_KERNELS: Record<string, (k: Kernels, x: Value) => Value> = {
  argMax: (k, x) => k.argMax(x),
  countEqual: (k, x) => k.countEqual(k.argMax(x), k.argMax(x)),
  oneHot: (k, x) => k.oneHot(k.argMax(x), 3),
  tensor: (k) => constant(k, 2, 3),
  stopGradient: (k, x) => k.stopGradient(x),
};
