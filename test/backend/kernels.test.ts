import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { backend, initBackend } from '../../src/backend';
import { A, B, CASES, positive, rowOf4, targets, UPDATES, Y } from './kernelCases';
import { close, run } from './kernelRun';

// Run on native by the test runner and on wasm by `wasm.test.ts`. The last test opens plain JavaScript as a second opinion.
before(async () => {
  await initBackend();
});

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

test('the learning rate of a momentum step may be a value', () => {
  const [weights] = run(UPDATES['momentumStep with a rate that is a value']);
  const w = Array.from(rowOf4, (x, i) => x - 0.1 * Y[i] - 0.3 * (0.9 * Y[i] + Y[4 + i]));
  close(weights.data, w, 1e-6);
});

test('an Adam step is PyTorch’s: w ← w − lr·m̂/(√v̂ + ε) with averages corrected for their start at 0', () => {
  const w = Array.from(rowOf4);
  const [m, v] = [
    [0, 0, 0, 0],
    [0, 0, 0, 0],
  ];
  for (let step = 1; step <= 3; step++) {
    for (let i = 0; i < 4; i++) {
      const g = Y[4 * (step - 1) + i];
      m[i] = 0.9 * m[i] + 0.1 * g;
      v[i] = 0.99 * v[i] + 0.01 * g ** 2;
      w[i] -= (0.1 * (m[i] / (1 - 0.9 ** step))) / (Math.sqrt(v[i] / (1 - 0.99 ** step)) + 0.01);
    }
  }
  const [weights, mean, square] = run(UPDATES.adamStep);
  close(weights.data, w, 1e-6);
  close(mean.data, m, 1e-6);
  close(square.data, v, 1e-6);
});

test('the content of a variable can be its own gradient', () => {
  const [weights, mean] = run(UPDATES['momentumStep along its own content']);
  const w = Array.from(rowOf4, (x) => 0.9 * x);
  close(weights.data, w, 1e-6);
  close(mean.data, rowOf4, 1e-6);
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
