import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { solveBoundedQP } from '../../../src/methods';
import { RandomStream } from '../../../src/utils/random';
import { dot } from '../fixtures';

/** P = GGᵀ and q = G·g of t random gradients; some rows are zero, copies or opposites of others. */
function problemOf(t: number, d: number, kinds: number[], scale: number, seed: number) {
  const random = new RandomStream(seed);
  const row = () => Float64Array.from({ length: d }, () => scale * random.normal());
  const G: Float64Array[] = [];
  for (let i = 0; i < t; i++) {
    const other = G[i - 1] ?? row();
    G.push([row(), new Float64Array(d), other.slice(), other.map((value) => -value), row(), row()][kinds[i % kinds.length]]);
  }
  const g = row();
  return { G, g, P: G.map((a) => Float64Array.from(G, (b) => dot(a, b))), q: Float64Array.from(G, (a) => dot(a, g)) };
}

const problems = fc.tuple(
  fc.integer({ min: 1, max: 20 }),
  fc.integer({ min: 1, max: 40 }),
  fc.array(fc.nat(5), { minLength: 1, maxLength: 20 }),
  fc.constantFrom(1e-4, 1, 1e3),
  fc.nat(),
);

test('the solution satisfies the KKT conditions, with up to 20 tasks, zero rows, copies and opposites, margin 0 and above', () => {
  fc.assert(
    fc.property(problems, fc.constantFrom(0, 0.5, 3), ([t, d, kinds, scale, seed], margin) => {
      const { P, q } = problemOf(t, d, kinds, scale, seed);
      const v = solveBoundedQP(P, q, margin);
      const size = Math.max(...q.map(Math.abs), ...P.map((row, i) => row[i] * Math.max(1, margin)), 1e-300);
      v.forEach((value, i) => {
        const slope = dot(P[i], v) + q[i]; // = ⟨g̃, g_i⟩
        assert.ok(value >= margin, `v[${i}] = ${value} below the margin`);
        assert.ok(slope >= -1e-6 * size, `slope ${slope} against ${size}`);
        assert.ok(
          (value - margin) * slope <= 1e-5 * size * Math.max(1, value),
          `v[${i}] ${value}, slope ${slope}: not complementary`,
        );
      });
    }),
    { numRuns: 500 },
  );
});

test('products rounded to float32, of copies that differ in their last bit, are solved too and never hang', () => {
  const near = [
    [11.742942810058594, 11.742942810058594],
    [11.742942810058594, 11.742941856384277],
  ];
  assert.ok(solveBoundedQP(near, [-0.8815721273422241, -0.8815721273422241]).every(Number.isFinite));
  fc.assert(
    fc.property(problems, fc.constantFrom(0, 0.5), fc.nat(), ([t, d, , scale, seed], margin, noise) => {
      const random = new RandomStream(noise);
      const { P, q } = problemOf(t, d, [0, 2, 2], scale, seed); // a third of the rows is new, two thirds are copies
      const jitter = (value: number) => Math.fround(value * (1 + (random.integer(3) - 1) * 2 ** -24));
      const rounded = P.map((row, i) => Float64Array.from(row, (_, j) => jitter(P[Math.min(i, j)][Math.max(i, j)])));
      const v = solveBoundedQP(rounded, q.map(Math.fround), margin);
      const size = Math.max(...q.map(Math.abs), ...P.map((row, i) => row[i] * Math.max(1, margin)), 1e-300);
      v.forEach((value, i) => {
        assert.ok(value >= margin);
        assert.ok(dot(P[i], v) + q[i] >= -1e-3 * size, `slope ${dot(P[i], v) + q[i]} against ${size}`);
      });
    }),
    { numRuns: 1000 },
  );
});

test('GEM violation feasible: the projected gradient contradicts no past gradient', () => {
  fc.assert(
    fc.property(problems, ([t, d, kinds, scale, seed]) => {
      const { G, g, P, q } = problemOf(t, d, kinds, scale, seed);
      const v = solveBoundedQP(P, q);
      const projected = g.map((value, j) => value + G.reduce((sum, row, i) => sum + v[i] * row[j], 0));
      // The ridge, 1e-10 of the mean square, shows for a gradient much smaller than the others, whose v is large.
      const ridge = (1e-10 * P.reduce((sum, row, i) => sum + row[i], 0)) / P.length;
      G.forEach((row, i) => {
        const rounding = 1e-6 * Math.sqrt(dot(g, g) * dot(row, row));
        assert.ok(dot(projected, row) >= -rounding - 2 * ridge * v[i]);
      });
    }),
    { numRuns: 500, examples: [[[5, 1, [3, 0, 0, 5, 1], 0.0001, 1140359545]]] },
  );
});

test('no step towards the optimum is left: no random feasible point has a smaller objective', () => {
  fc.assert(
    fc.property(problems, fc.nat(), ([t, d, kinds, , seed], other) => {
      const { P, q } = problemOf(t, d, kinds, 1, seed);
      const objective = (v: ArrayLike<number>) => dot(q, v) + 0.5 * P.reduce((sum, row, i) => sum + v[i] * dot(row, v), 0);
      const random = new RandomStream(other);
      const candidate = Float64Array.from({ length: t }, () => Math.abs(random.normal()));
      assert.ok(objective(solveBoundedQP(P, q)) <= objective(candidate) + 1e-6);
    }),
  );
});

test('GEM no violation unchanged: without a violated constraint every v is the margin', () => {
  assert.deepEqual(
    Array.from(
      solveBoundedQP(
        [
          [2, 0],
          [0, 3],
        ],
        [1, 0],
      ),
    ),
    [0, 0],
  );
  assert.deepEqual(
    Array.from(
      solveBoundedQP(
        [
          [2, 0],
          [0, 3],
        ],
        [1, 0],
        0.5,
      ),
    ),
    [0.5, 0.5],
  );
});

test('one violated constraint is removed exactly: v = −⟨g, g₁⟩ / |g₁|²', () => {
  const [v] = solveBoundedQP([[4]], [-2]);
  assert.ok(Math.abs(v - 0.5) < 1e-9);
});

test('numbers that are not finite and shapes that do not fit are refused', () => {
  assert.throws(() => solveBoundedQP([[NaN]], [1]), /solveBoundedQP: a gradient product is not finite; training has diverged/);
  assert.throws(() => solveBoundedQP([[1]], [-Infinity]), /not finite/);
  assert.throws(() => solveBoundedQP([[1, 2]], [1]), /P must be \[1, 1\] to fit q/);
});
