import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { Parameter, Tape } from '../../../src/autodiff';
import { backend, initBackend, type Kernels, type Value } from '../../../src/backend';
import { compensation, sigmoid, steepnesses, within } from '../../../src/methods/parts/hardAttention';

before(async () => {
  await initBackend('native');
});

/** What is computed of these numbers. */
function computed(numbers: number[], compute: (k: Kernels, x: Value) => Value): number[] {
  const { kernels: k, scope, toHost } = backend();
  return scope(() => Array.from(toHost(compute(k, k.tensor(Float32Array.from(numbers), [numbers.length])))) as number[]);
}

const close = (a: number, b: number, allowed = 1e-6) => assert.ok(Math.abs(a - b) <= allowed * Math.max(1, Math.abs(b)), `${a}, ${b}`); // prettier-ignore

test('attention gets steeper in equal steps from 1/s_max to s_max; with one batch an epoch it is s_max', () => {
  assert.deepEqual(Array.from(steepnesses(5, 4)), [0.25, 1.1875, 2.125, 3.0625, 4]);
  assert.deepEqual(Array.from(steepnesses(1, 400)), [400]);
});

test('the sigmoid and its gradient are right, and finite far out', () => {
  const numbers = [-2400, -40, -3, -0.5, 0, 0.5, 40, 2400];
  const values = computed(numbers, sigmoid);
  numbers.forEach((z, i) => close(values[i], 1 / (1 + Math.exp(-z))));
  assert.ok(values[0] < 1e-20 && values[7] === 1);
  const { kernels: k, scope, toHost } = backend();
  const z = new Parameter('z', [8], Float32Array.from(numbers));
  const slopes = scope(() => {
    const tape = new Tape(k);
    return Array.from(toHost(tape.gradients(tape.sum(sigmoid(tape, tape.read(z)))).get(z)!)) as number[];
  });
  const expected = numbers.map((one) => (Math.abs(one) > 50 ? 0 : 1 / (2 + Math.exp(one) + Math.exp(-one))));
  expected.forEach((slope, i) => assert.ok(Math.abs(slopes[i] - slope) <= 1e-4 * slope, `${slopes[i]}, ${slope}`));
  z.dispose();
});

test('a compensated gradient is that of s_max·σ(e), whatever the steepness', () => {
  const numbers = [-3, -1, -0.2, 0, 0.1, 0.7, 2];
  const slope = (e: number, s: number) => s / (2 + Math.exp(s * e) + Math.exp(-s * e)); // of σ(s·e)
  for (const s of [0.05, 1, 4.5]) {
    const factors = computed(numbers, (k, e) => compensation(k, e, k.tensor(Float32Array.of(s), [1]), 20));
    numbers.forEach((e, i) => close(factors[i] * slope(e, s), 20 * slope(e, 1), 1e-5));
  }
  const far = computed([-6, 6], (k, e) => compensation(k, e, k.tensor(Float32Array.of(400), [1]), 400));
  far.forEach((factor) => close(factor, (Math.cosh(50) + 1) / (Math.cosh(6) + 1), 1e-4));
});

test('numbers beyond a limit become the limit, others stay bit for bit', () => {
  assert.deepEqual(
    computed([-7, -6, -5.123456, 1e-9, 3.3, 6, 11], (k, x) => within(k, x, 6)),
    [-6, -6, Math.fround(-5.123456), Math.fround(1e-9), Math.fround(3.3), 6, 6],
  );
});
