import assert from 'node:assert/strict';
import { test } from 'node:test';
import { solvePositive } from '../../../src/methods/parts/cholesky';
import { RandomStream } from '../../../src/utils/random';

test('the solution solves the equations', () => {
  const random = new RandomStream(1, 'cholesky');
  const n = 12;
  const root = Array.from({ length: n * n }, () => random.normal());
  const a = Array.from({ length: n * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    return Array.from({ length: n }, (__, m) => root[i * n + m] * root[j * n + m]).reduce((x, y) => x + y) + (i === j ? 1 : 0);
  });
  const sides = [0, 1].map(() => Array.from({ length: n }, () => random.normal()));
  solvePositive(a, n, sides).forEach((x, s) => {
    sides[s].forEach((value, i) => {
      const product = x.reduce((sum, one, j) => sum + a[i * n + j] * one, 0);
      assert.ok(Math.abs(product - value) < 1e-9, `row ${i}: ${product}, ${value}`);
    });
  });
});

test('a matrix that is not positive definite is refused', () => {
  assert.throws(() => solvePositive([1, 2, 2, 1], 2, [[1, 1]]), /Cholesky: the matrix is not positive definite \(row 1\)/);
});
