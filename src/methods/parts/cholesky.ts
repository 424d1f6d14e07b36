import { problem } from '../../utils/errors';

/**
 * Solves A·x = b for a symmetric positive definite matrix by Cholesky's decomposition A = L·Lᵀ.
 *
 * @param a A, [n · n] row-major; only its lower half is read
 * @param n rows of A
 * @param sides right-hand sides b, each [n]
 * @returns the solutions x, each [n]
 * @throws when A is not positive definite
 */
export function solvePositive(a: ArrayLike<number>, n: number, sides: readonly ArrayLike<number>[]): Float64Array[] {
  const l = decompose(a, n);
  return sides.map((side) => {
    const x = Float64Array.from(side);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < i; j++) x[i] -= l[i * n + j] * x[j];
      x[i] /= l[i * n + i];
    }
    for (let i = n - 1; i >= 0; i--) {
      x[i] /= l[i * n + i];
      for (let j = 0; j < i; j++) x[j] -= l[i * n + j] * x[i];
    }
    return x;
  });
}

/** L, [n · n] row-major. */
function decompose(a: ArrayLike<number>, n: number): Float64Array {
  const l = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i * n + j];
      for (let m = 0; m < j; m++) sum -= l[i * n + m] * l[j * n + m];
      if (i !== j) l[i * n + j] = sum / l[j * n + j];
      else if (sum > 0) l[i * n + i] = Math.sqrt(sum);
      else throw problem('Cholesky', `the matrix is not positive definite (row ${i})`, 'use more shrinkage');
    }
  }
  return l;
}
