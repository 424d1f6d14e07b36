import { Variable, type Kernels, type Value } from '../../src/backend';
import { RandomStream } from '../../src/utils/random';
import { IMAGES, IMAGE_CASES, SHAPES } from './imageCases';

const random = new RandomStream(1, 'kernels');
const floats = (n: number) => Float32Array.from({ length: n }, () => random.normal());
const ints = (n: number, below: number) => Int32Array.from({ length: n }, () => random.integer(below));

export const A = floats(6 * 5); // [6, 5]
export const B = floats(5 * 4); // [5, 4]
export const Y = floats(6 * 4); // [6, 4]
const row = floats(5); // [5]
export const rowOf4 = floats(4); // [4]
const places = ints(9, 6);
export const targets = ints(6, 5);
export const positive = floats(30).map((value) => 1 + Math.abs(value));

/** Every kernel without a variable, on random inputs. */
export const CASES: Record<string, (k: Kernels) => Value[]> = {
  ...IMAGE_CASES,
  matMul: (k) => {
    const [a, b, y, c] = [k.tensor(A, [6, 5]), k.tensor(B, [5, 4]), k.tensor(Y, [6, 4]), k.tensor(B, [4, 5])];
    return [k.matMul(a, b), k.matMul(a, y, true), k.matMul(a, c, false, true), k.matMul(b, a, true, true)];
  },
  blockProducts: (k) => [
    k.blockProducts(k.tensor(A, [6, 5]), k.tensor(Y, [6, 4]), 3),
    k.blockProducts(k.tensor(A, [6, 5]), k.tensor(Y, [6, 4]), 1),
  ],
  biasAdd: (k) => [
    k.biasAdd(k.tensor(A, [6, 5]), k.tensor(row, [5])),
    k.biasAdd(k.tensor(IMAGES, SHAPES.images), k.tensor(row.slice(0, 3), [3])),
  ],
  columnSums: (k) => [k.columnSums(k.tensor(A, [6, 5])), k.columnSums(k.tensor(IMAGES, SHAPES.images))],
  rowSums: (k) => [k.rowSums(k.tensor(A, [6, 5]))],
  relu: (k) => [k.relu(k.tensor(A, [6, 5]))],
  reluGrad: (k) => [k.reluGrad(k.tensor(positive, [6, 5]), k.relu(k.tensor(A, [6, 5])))],
  crossEntropy: (k) => {
    const { losses, gradient } = k.crossEntropy(k.tensor(A, [6, 5]), k.tensor(targets, [6]));
    return [losses, gradient];
  },
  'crossEntropy of logits far apart': (k) => {
    const { losses, gradient } = k.crossEntropy(
      k.tensor(
        A.map((x) => 1e4 * x),
        [6, 5],
      ),
      k.tensor(targets, [6]),
    );
    return [losses, gradient];
  },
  softmax: (k) => [k.softmax(k.tensor(A, [6, 5]))],
  logSoftmax: (k) => [1, 1e4].map((factor) => k.logSoftmax(k.scale(k.tensor(A, [6, 5]), factor))),
  exp: (k) => [k.exp(k.tensor(A, [6, 5])), k.exp(k.tensor(rowOf4, [4]))],
  log: (k) => [k.log(k.tensor(positive, [6, 5]))],
  sqrt: (k) => [k.sqrt(k.tensor(positive, [6, 5]))],
  add: (k) => [k.add(k.tensor(A, [6, 5]), k.tensor(positive, [6, 5])), k.add(k.tensor(A, [6, 5]), k.tensor(row, [5]))],
  sub: (k) => [k.sub(k.tensor(A, [6, 5]), k.tensor(positive, [6, 5])), k.sub(k.tensor(A, [6, 5]), k.tensor(row, [1, 5]))],
  mul: (k) => [
    k.mul(k.tensor(A, [6, 5]), k.tensor(positive, [6, 5])),
    k.mul(k.tensor(Y, [6, 4]), k.tensor(A.slice(0, 6), [6, 1])),
  ],
  div: (k) => [
    k.div(k.tensor(A, [6, 5]), k.tensor(positive, [6, 5])),
    k.div(k.tensor(A, [6, 5]), k.tensor(positive.slice(0, 6), [6, 1])),
  ],
  scale: (k) => [k.scale(k.tensor(A, [6, 5]), -2.5)],
  sum: (k) => [k.sum(k.tensor(A, [6, 5]))],
  gather: (k) => {
    const at = k.tensor(places, [9]);
    return [k.gather(k.tensor(A, [6, 5]), at), k.gather(k.tensor(targets, [6]), at), k.gather(k.tensor(A.slice(0, 6), [6]), at)];
  },
  concat: (k) => {
    const [a, y] = [k.tensor(A, [6, 5]), k.tensor(Y, [6, 4])];
    const [i, j] = [k.tensor(places, [9]), k.tensor(targets, [6])];
    return [
      k.concat([a, y], 1),
      k.concat([a, k.tensor(row, [1, 5])], 0),
      k.concat([i, j], 0),
      k.concat([a], 1),
      k.concat([i], 0),
    ];
  },
  slice: (k) => [
    k.slice(k.tensor(A, [6, 5]), 0, 2, 3),
    k.slice(k.tensor(A, [6, 5]), 1, 1, 2),
    k.slice(k.tensor(targets, [6]), 0, 1, 4),
  ],
  stopGradient: (k) => [k.stopGradient(k.tensor(A, [6, 5]))],
  reshape: (k) => [k.reshape(k.tensor(A, [6, 5]), [5, 6]), k.reshape(k.tensor(A, [6, 5]), [1, 30])],
  argMax: (k) => [k.argMax(k.tensor(A, [6, 5]))],
  countEqual: (k) => [
    k.countEqual(
      k.tensor(targets, [6]),
      k.tensor(
        targets.map((x, i) => (i % 2 ? x : x + 1)),
        [6],
      ),
    ),
  ],
  oneHot: (k) => [k.oneHot(k.tensor(targets, [6]), 5)],
  hostCall: (k) => [
    k.hostCall([k.tensor(A, [6, 5]), k.tensor(targets, [6])], [2], (a, t) => Float32Array.of(a[7] + t[1], t.length)),
  ],
  hostIf: (k) =>
    [1, 9].flatMap((limit) =>
      k.hostIf(
        [k.tensor(targets, [6])],
        (numbers) => numbers.some((n) => n > limit),
        () => [k.scale(k.tensor(A, [6, 5]), 2), k.tensor(row, [5])],
        () => [k.tensor(A, [6, 5]), k.scale(k.tensor(row, [5]), 3)],
      ),
    ),
};

/** The kernels that change variables. */
export const UPDATES: Record<string, (k: Kernels) => Value[]> = {
  assign: (k) => {
    const v = new Variable('v', [6, 4], Y);
    k.assign(v, k.matMul(k.tensor(A, [6, 5]), k.tensor(B, [5, 4])));
    return [finish(k, v)];
  },
  momentumStep: (k) => {
    const w = new Variable('w', [4], rowOf4);
    const v = new Variable('v', [4]);
    for (let i = 0; i < 3; i++) k.momentumStep(w, v, k.tensor(Y.slice(4 * i, 4 * i + 4), [4]), 0.1, 0.9);
    return [finish(k, w), finish(k, v)];
  },
  'momentumStep with a rate that is a value': (k) => {
    const w = new Variable('w', [4], rowOf4);
    const v = new Variable('v', [4]);
    const rates = new Variable('rates', [2], Float32Array.of(0.1, 0.3));
    for (const i of [0, 1]) {
      const rate = k.reshape(k.gather(k.read(rates), k.tensor(Int32Array.of(i), [1])), []);
      k.momentumStep(w, v, k.tensor(Y.slice(4 * i, 4 * i + 4), [4]), rate, 0.9);
    }
    rates.dispose();
    return [finish(k, w), finish(k, v)];
  },
  'momentumStep along its own content': (k) => {
    const w = new Variable('w', [4], rowOf4);
    const v = new Variable('v', [4]);
    k.momentumStep(w, v, k.read(w), 0.1, 0.9);
    return [finish(k, w), finish(k, v)];
  },
  adamStep: (k) => {
    const [w, m, v] = [new Variable('w', [4], rowOf4), new Variable('m', [4]), new Variable('v', [4])];
    for (let step = 1; step <= 3; step++) {
      const root = Math.sqrt(1 - 0.99 ** step);
      const rate = k.tensor(Float32Array.of((0.1 * root) / (1 - 0.9 ** step)), []);
      const epsilon = k.tensor(Float32Array.of(0.01 * root), []);
      const gradient = k.tensor(Y.slice(4 * step - 4, 4 * step), [4]);
      k.adamStep(w, m, v, gradient, { rate, epsilon, beta1: 0.9, beta2: 0.99 });
    }
    return [finish(k, w), finish(k, m), finish(k, v)];
  },
};

/** The variable's content as a value of its own; the variable is freed. */
function finish(k: Kernels, variable: Variable): Value {
  const value = k.tensor(variable.data(), variable.shape);
  variable.dispose();
  return value;
}
