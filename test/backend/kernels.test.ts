import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { backend, initBackend, Variable, type Kernels, type Value } from '../../src/backend';
import { RandomStream } from '../../src/utils/random';

// Run on native by the test runner and on wasm by `wasm.test.ts`. The last test opens plain JavaScript as a second opinion.
before(async () => {
  await initBackend();
});

const random = new RandomStream(1, 'kernels');
const floats = (n: number) => Float32Array.from({ length: n }, () => random.normal());
const ints = (n: number, below: number) => Int32Array.from({ length: n }, () => random.integer(below));

/** Runs kernels in a scope and gives the results as plain arrays with their shapes and types. */
function run(fn: (k: Kernels) => Value[]): { shape: number[]; dtype: string; data: number[] }[] {
  const { kernels, scope, toHost, dispose } = backend();
  const values = scope(() => fn(kernels));
  const result = values.map((value) => ({ shape: value.shape, dtype: value.dtype, data: Array.from(toHost(value)) }));
  dispose(...values);
  return result;
}

function close(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-5): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < actual.length; i++) {
    const gap = Math.abs(actual[i] - expected[i]);
    assert.ok(gap <= tolerance * Math.max(1, Math.abs(expected[i])), `entry ${i}: ${actual[i]}, expected ${expected[i]}`);
  }
}

const A = floats(6 * 5); // [6, 5]
const B = floats(5 * 4); // [5, 4]
const Y = floats(6 * 4); // [6, 4]
const row = floats(5); // [5]
const rowOf4 = floats(4); // [4]
const places = ints(9, 6);
const targets = ints(6, 5);
const positive = floats(30).map((value) => 1 + Math.abs(value));

/** Every kernel without a variable, on random inputs. */
const CASES: Record<string, (k: Kernels) => Value[]> = {
  matMul: (k) => {
    const [a, b, y, c] = [k.tensor(A, [6, 5]), k.tensor(B, [5, 4]), k.tensor(Y, [6, 4]), k.tensor(B, [4, 5])];
    return [k.matMul(a, b), k.matMul(a, y, true), k.matMul(a, c, false, true), k.matMul(b, a, true, true)];
  },
  biasAdd: (k) => [k.biasAdd(k.tensor(A, [6, 5]), k.tensor(row, [5]))],
  columnSums: (k) => [k.columnSums(k.tensor(A, [6, 5]))],
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
    return [k.concat([a, y], 1), k.concat([a, k.tensor(row, [1, 5])], 0), k.concat([i, j], 0)];
  },
  slice: (k) => [
    k.slice(k.tensor(A, [6, 5]), 0, 2, 3),
    k.slice(k.tensor(A, [6, 5]), 1, 1, 2),
    k.slice(k.tensor(targets, [6]), 0, 1, 4),
  ],
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
};

/** The kernels that change variables. */
const UPDATES: Record<string, (k: Kernels) => Value[]> = {
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
};

/** The variable's content as a value of its own; the variable is freed. */
function finish(k: Kernels, variable: Variable): Value {
  const value = k.tensor(variable.data(), variable.shape);
  variable.dispose();
  return value;
}

test('products equal the definition, each operand transposed or not', () => {
  const [plain, left, right, both] = run(CASES.matMul);
  const product = (
    m: number,
    n: number,
    inner: number,
    a: (i: number, c: number) => number,
    b: (c: number, j: number) => number,
  ) =>
    Array.from({ length: m * n }, (_, at) => {
      let sum = 0;
      for (let c = 0; c < inner; c++) sum += a(Math.floor(at / n), c) * b(c, at % n);
      return sum;
    });
  close(
    plain.data,
    product(
      6,
      4,
      5,
      (i, c) => A[i * 5 + c],
      (c, j) => B[c * 4 + j],
    ),
  );
  close(
    left.data,
    product(
      5,
      4,
      6,
      (i, c) => A[c * 5 + i],
      (c, j) => Y[c * 4 + j],
    ),
  );
  close(
    right.data,
    product(
      6,
      4,
      5,
      (i, c) => A[i * 5 + c],
      (c, j) => B[j * 5 + c],
    ),
  );
  close(
    both.data,
    product(
      4,
      6,
      5,
      (i, c) => B[c * 4 + i],
      (c, j) => A[j * 5 + c],
    ),
  );
});

test('cross-entropy is −log softmax at the label and its gradient softmax − one-hot, not averaged', () => {
  const [losses, gradient] = run(CASES.crossEntropy);
  for (let n = 0; n < 6; n++) {
    const exponentials = Array.from(A.subarray(n * 5, n * 5 + 5), Math.exp);
    const total = exponentials.reduce((a, b) => a + b);
    close([losses.data[n]], [-Math.log(exponentials[targets[n]] / total)]);
    close(
      gradient.data.slice(n * 5, n * 5 + 5),
      exponentials.map((e, c) => e / total - +(c === targets[n])),
    );
  }
});

test('a momentum step is PyTorch’s: v ← m·v + g; w ← w − lr·v', () => {
  const w = Array.from(rowOf4);
  const v = [0, 0, 0, 0];
  for (let step = 0; step < 3; step++) {
    for (let i = 0; i < 4; i++) {
      v[i] = 0.9 * v[i] + Y[4 * step + i];
      w[i] -= 0.1 * v[i];
    }
  }
  const [weights, velocity] = run(UPDATES.momentumStep);
  close(weights.data, w, 1e-6);
  close(velocity.data, v, 1e-6);
});

test('the gradient through a ReLU is 0 exactly where the activation is 0', () => {
  const [gradient] = run(CASES.reluGrad);
  assert.deepEqual(
    gradient.data,
    Array.from(A, (a, i) => (a > 0 ? positive[i] : 0)),
  );
});

test('a large argument stays finite in cross-entropy', () => {
  const [losses, gradient] = run(CASES['crossEntropy of logits far apart']);
  assert.ok([...losses.data, ...gradient.data].every(Number.isFinite));
});

// Last, because it changes the backend of this process.
test('every kernel gives what the public operations give on plain JavaScript: values, shapes and types', async () => {
  const all = { ...CASES, ...UPDATES };
  const own = new Map(Object.entries(all).map(([name, fn]) => [name, run(fn)]));
  assert.match(await initBackend('cpu'), /plain JavaScript/);
  assert.equal(backend().name, 'cpu');
  for (const [name, fn] of Object.entries(all)) {
    const reference = run(fn);
    const actual = own.get(name)!;
    assert.equal(actual.length, reference.length);
    reference.forEach(({ shape, dtype, data }, i) => {
      assert.deepEqual([name, actual[i].shape, actual[i].dtype], [name, shape, dtype]);
      close(actual[i].data, data);
    });
  }
  const kernels = Object.getOwnPropertyNames(Object.getPrototypeOf(backend().kernels) as object);
  const tested = new Set([...Object.keys(all), 'constructor', 'tensor', 'read', 'stored']);
  assert.deepEqual(
    kernels.filter((name) => !tested.has(name)),
    [],
    'kernels without a case here',
  );
});
