import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Anchor } from '../../../src/methods/parts/anchor';
import { Parameter } from '../../../src/autodiff';
import { RandomStream } from '../../../src/utils/random';

const N = 5;
const LAMBDA = 3;

/** Several tasks' importances (some zero) and weights. */
const streams = fc
  .record({ tasks: fc.integer({ min: 1, max: 12 }), zeros: fc.double({ min: 0, max: 1, noNaN: true }), seed: fc.nat() })
  .map(({ tasks, zeros, seed }) => {
    const random = new RandomStream(seed);
    const draw = (value: () => number) => Float32Array.from({ length: N }, value);
    return {
      theta: draw(() => random.normal()),
      tasks: Array.from({ length: tasks }, () => ({
        importance: draw(() => (random.uniform() < zeros ? 0 : random.uniform() ** 4)),
        weights: draw(() => random.normal()),
      })),
    };
  });

/** λ·F·(θ − a), what a training step adds to the gradient. */
function pull(anchor: Anchor, theta: Float32Array): number[] {
  const [stiffness, position] = [anchor.stiffness.data(), anchor.position.data()];
  return Array.from(theta, (value, i) => stiffness[i] * (value - position[i]));
}

test('separate penalties: the closed form has the value and the gradient of the plain sum over tasks', () => {
  fc.assert(
    fc.property(streams, ({ theta, tasks }) => {
      const anchor = new Anchor(new Parameter('w', [N]));
      for (const { importance, weights } of tasks) anchor.add(importance, weights, LAMBDA);
      let value = 0;
      const gradient = new Array<number>(N).fill(0);
      for (const { importance: f, weights: w } of tasks) {
        for (let i = 0; i < N; i++) {
          value += f[i] * (theta[i] - w[i]) ** 2;
          gradient[i] += LAMBDA * f[i] * (theta[i] - w[i]); // of ½·λ·value
        }
      }
      assert.ok(Math.abs(anchor.distance(theta) - value) <= 1e-5 * (1 + value), `${anchor.distance(theta)} against ${value}`);
      pull(anchor, theta).forEach((entry, i) => assert.ok(Math.abs(entry - gradient[i]) <= 2e-5 * (1 + Math.abs(gradient[i]))));
    }),
    { numRuns: 300 },
  );
});

test('EWC penalty non-negative: the sum of squares never goes below zero by rounding', () => {
  fc.assert(
    fc.property(streams, ({ theta, tasks }) => {
      const anchor = new Anchor(new Parameter('w', [N]));
      for (const { importance, weights } of tasks) anchor.add(importance, weights, LAMBDA);
      for (const { weights } of tasks) assert.ok(anchor.distance(weights) >= 0);
      assert.ok(anchor.distance(theta) >= 0);
      assert.ok(anchor.importance.every((value) => value >= 0));
    }),
  );
});

test('online: F ← γ·F + F_new, with the newest weights as the only anchor', () => {
  fc.assert(
    fc.property(streams, fc.constantFrom(0, 0.5, 1), ({ theta, tasks }, gamma) => {
      const anchor = new Anchor(new Parameter('w', [N]));
      const importance = new Float64Array(N);
      for (const task of tasks) {
        anchor.replace(task.importance, task.weights, gamma, LAMBDA);
        importance.forEach((value, i) => (importance[i] = gamma * value + task.importance[i]));
      }
      const last = tasks[tasks.length - 1].weights;
      const value = importance.reduce((sum, f, i) => sum + f * (theta[i] - last[i]) ** 2, 0);
      assert.ok(Math.abs(anchor.distance(theta) - value) <= 1e-5 * (1 + value));
      pull(anchor, theta).forEach((entry, i) =>
        assert.ok(Math.abs(entry - LAMBDA * importance[i] * (theta[i] - last[i])) < 1e-4),
      );
    }),
  );
});

test('a growing head keeps the old entries at their places and pads the new ones with 0', () => {
  const head = new Parameter('head', [2, 2], Float32Array.of(1, 2, 3, 4));
  const anchor = new Anchor(head);
  anchor.add(Float32Array.of(5, 6, 7, 8), head.data() as Float32Array, LAMBDA);
  head.set(Float32Array.of(1, 2, 10, 3, 4, 20), [2, 3]);
  anchor.padTo(head, LAMBDA);
  assert.deepEqual(Array.from(anchor.importance), [5, 6, 0, 7, 8, 0]);
  assert.deepEqual(Array.from(anchor.stiffness.data()), [15, 18, 0, 21, 24, 0]);
  assert.deepEqual(anchor.stiffness.shape, [2, 3]);
  assert.deepEqual(Array.from(anchor.position.data()), [1, 2, 10, 3, 4, 20]);
  assert.equal(anchor.distance(head.data()), 0);
  assert.equal(anchor.distance(Float32Array.of(1, 2, 99, 3, 4, 99)), 0, 'new outputs move freely');
  assert.equal(anchor.distance(Float32Array.of(2, 2, 10, 3, 4, 20)), 5);
});

test('a growing bias is padded, too, and padding twice changes nothing', () => {
  const bias = new Parameter('bias', [2], Float32Array.of(1, 2));
  const anchor = new Anchor(bias);
  anchor.add(Float32Array.of(5, 6), bias.data() as Float32Array, 1);
  bias.set(Float32Array.of(1, 2, 3), [3]);
  anchor.padTo(bias, 1);
  anchor.padTo(bias, 1);
  assert.deepEqual(Array.from(anchor.importance), [5, 6, 0]);
});
