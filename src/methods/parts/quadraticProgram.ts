import { problem } from '../../utils/errors';

/**
 * Solves GEM's dual exactly: min_v ½·vᵀPv + qᵀv subject to v_k ≥ margin, for a positive semidefinite P of few variables
 * (one a past task), by the active-set method of Lawson & Hanson's NNLS on z = v − margin.
 *
 * @param P symmetric positive semidefinite, [t][t]; P = GGᵀ with the past tasks' gradients as rows of G
 * @param q [t]; q = G·g
 * @param margin lower bound of every v_k; default 0
 * @returns v, [t]
 * @throws when a number is not finite or the shapes do not fit
 */
export function solveBoundedQP(P: readonly ArrayLike<number>[], q: ArrayLike<number>, margin = 0): Float64Array {
  const t = q.length;
  if (P.length !== t || P.some((row) => row.length !== t)) throw problem('solveBoundedQP', `P must be [${t}, ${t}] to fit q`);
  if (
    !Array.from(P, (row) => Array.from(row))
      .flat()
      .concat(Array.from(q))
      .every(Number.isFinite)
  ) {
    throw problem('solveBoundedQP', 'a gradient product is not finite', 'training has diverged; use a smaller lr');
  }
  const scale = Array.from(P, (row, i) => Math.abs(row[i])).reduce((sum, value) => sum + value, 0) / t || 1;
  // A ridge in proportion to P makes equal or zero rows (duplicate memories) solvable and changes v by about 1e-10. Products
  // rounded to float32 can leave P slightly indefinite beyond that; then the next larger ridge is taken.
  for (const ridge of [1e-10, 1e-8, 1e-6, 1e-4]) {
    const hessian = Array.from(P, (row, i) => Float64Array.from(row, (value, j) => value + (i === j ? ridge * scale : 0)));
    const shifted = Float64Array.from(q, (value, i) => value + margin * sumOf(hessian[i])); // gradient at z = 0
    const z = nonNegativeQP(hessian, shifted, scale);
    if (z?.every(Number.isFinite)) return z.map((value) => value + margin);
  }
  throw problem('solveBoundedQP', 'P is not positive semidefinite', 'pass products of gradients, GGᵀ');
}

/** min_z ½·zᵀHz + cᵀz subject to z ≥ 0, H positive definite; undefined where H turns out not to be. */
function nonNegativeQP(H: Float64Array[], c: Float64Array, scale: number): Float64Array | undefined {
  const t = c.length;
  const z = new Float64Array(t);
  const free = new Set<number>();
  const tolerance = 1e-12 * Math.max(scale, ...c.map(Math.abs));
  for (let round = 0; round < 10 * t + 10; round++) {
    const entering = mostNegative(gradientAt(H, c, z), free, tolerance);
    if (entering === undefined) return z;
    free.add(entering);
    if (!descend(H, c, z, free)) return undefined;
  }
  return z;
}

/** Moves z to the minimum over the free variables, dropping those that would go below zero on the way; false on failure. */
function descend(H: Float64Array[], c: Float64Array, z: Float64Array, free: Set<number>): boolean {
  while (free.size > 0) {
    const indices = [...free];
    const target = solveLinear(
      indices.map((i) => Float64Array.from(indices, (j) => H[i][j])),
      Float64Array.from(indices, (i) => -c[i]),
    );
    if (!target) return false;
    let step = 1;
    indices.forEach((i, n) => {
      if (target[n] <= 0) step = Math.min(step, z[i] / (z[i] - target[n]));
    });
    indices.forEach((i, n) => (z[i] += step * (target[n] - z[i])));
    if (step === 1) return true;
    for (const [n, i] of indices.entries()) {
      if (target[n] > 0 || z[i] > 1e-15 * Math.max(1, Math.abs(target[n]))) continue;
      z[i] = 0;
      free.delete(i);
    }
    if (free.size === indices.length) return false; // nothing was dropped, so nothing would change
  }
  return true;
}

function gradientAt(H: Float64Array[], c: Float64Array, z: Float64Array): Float64Array {
  return c.map((value, i) => value + H[i].reduce((sum, h, j) => sum + h * z[j], 0));
}

function mostNegative(gradient: Float64Array, free: Set<number>, tolerance: number): number | undefined {
  let best: number | undefined;
  gradient.forEach((value, i) => {
    if (!free.has(i) && value < -tolerance && (best === undefined || value < gradient[best])) best = i;
  });
  return best;
}

/** Cholesky solution of A·x = b for symmetric A; undefined where A is not positive definite. */
function solveLinear(A: Float64Array[], b: Float64Array): Float64Array | undefined {
  const n = b.length;
  const L = A.map((row) => row.slice());
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = A[i][j];
      for (let m = 0; m < j; m++) sum -= L[i][m] * L[j][m];
      if (i === j && !(sum > 1e-13 * A[i][i])) return undefined;
      L[i][j] = i === j ? Math.sqrt(sum) : sum / L[j][j];
    }
  }
  const x = b.slice();
  for (let i = 0; i < n; i++) {
    for (let m = 0; m < i; m++) x[i] -= L[i][m] * x[m];
    x[i] /= L[i][i];
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let m = i + 1; m < n; m++) x[i] -= L[m][i] * x[m];
    x[i] /= L[i][i];
  }
  return x;
}

function sumOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}
