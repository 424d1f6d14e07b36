import { problem } from '../utils/errors';

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
  if (!Array.from(P, (row) => Array.from(row)).flat().concat(Array.from(q)).every(Number.isFinite)) {
    throw problem('solveBoundedQP', 'a gradient product is not finite', 'training has diverged; use a smaller lr');
  }
  // A ridge in proportion to P makes equal or zero rows (duplicate memories) solvable and changes v by about 1e-10.
  const scale = Array.from(P, (row, i) => row[i]).reduce((sum, value) => sum + value, 0) / t;
  const ridge = 1e-10 * (scale || 1);
  const hessian = Array.from(P, (row, i) => Float64Array.from(row, (value, j) => value + (i === j ? ridge : 0)));
  const shifted = Float64Array.from(q, (value, i) => value + margin * sumOf(hessian[i])); // gradient at z = 0
  return nonNegativeQP(hessian, shifted, scale).map((z) => z + margin);
}

/** min_z ½·zᵀHz + cᵀz subject to z ≥ 0, H positive definite. */
function nonNegativeQP(H: Float64Array[], c: Float64Array, scale: number): Float64Array {
  const t = c.length;
  const z = new Float64Array(t);
  const free = new Set<number>();
  const tolerance = 1e-12 * Math.max(scale, ...c.map(Math.abs));
  for (let round = 0; round < 10 * t + 10; round++) {
    const entering = mostNegative(gradientAt(H, c, z), free, tolerance);
    if (entering === undefined) return z;
    free.add(entering);
    descend(H, c, z, free);
  }
  return z;
}

/** Moves z to the minimum over the free variables, dropping those that would go below zero on the way. */
function descend(H: Float64Array[], c: Float64Array, z: Float64Array, free: Set<number>): void {
  for (;;) {
    const indices = [...free];
    const target = solveLinear(
      indices.map((i) => Float64Array.from(indices, (j) => H[i][j])),
      Float64Array.from(indices, (i) => -c[i]),
    );
    let step = 1;
    indices.forEach((i, n) => {
      if (target[n] <= 0) step = Math.min(step, z[i] / (z[i] - target[n]));
    });
    indices.forEach((i, n) => (z[i] += step * (target[n] - z[i])));
    if (step === 1) return;
    for (const [n, i] of indices.entries()) {
      if (target[n] <= 0 && z[i] <= 1e-15 * Math.max(1, Math.abs(target[n]))) {
        z[i] = 0;
        free.delete(i);
      }
    }
    if (free.size === 0) return;
  }
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

/** Cholesky solution of A·x = b for symmetric positive definite A. */
function solveLinear(A: Float64Array[], b: Float64Array): Float64Array {
  const n = b.length;
  const L = A.map((row) => row.slice());
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = A[i][j];
      for (let m = 0; m < j; m++) sum -= L[i][m] * L[j][m];
      L[i][j] = i === j ? Math.sqrt(Math.max(sum, Number.MIN_VALUE)) : sum / L[j][j];
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
