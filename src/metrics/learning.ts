// How well tasks were learnt when it was their turn, against other networks or by themselves. R as in `formulas.ts`.
import { problem, shown } from '../utils/errors';
import { checkMatrix, type ReadonlyAccuracyMatrix } from './accuracyMatrix';
import { checkAccuracies } from './formulas';
import { mean } from './statistics';

/**
 * LA, learning accuracy: mean_i R[i][i], the accuracy on each task right after its own training, whatever became of it later.
 *
 * @param matrix accuracy matrix, [tasks, tasks]
 * @returns a share in [0, 1], or null when a cell of the diagonal is missing
 * @throws when the matrix is not square or holds anything but null and numbers in [0, 1]; so do all functions here
 *
 * Source: Riemer et al. 2019, "Learning to Learn without Forgetting by Maximizing Transfer and Minimizing Interference", section 5.
 */
export function learningAccuracy(matrix: ReadonlyAccuracyMatrix): number | null {
  checkMatrix(matrix, 'learningAccuracy');
  return meanOfAll(diagonal(matrix));
}

/**
 * Intransigence of each task against joint training: I_k = a*_k − R[k][k], where a*_k is the accuracy on task k of a model
 * trained on tasks 1 … k together: the diagonal of the matrix of a run of the method `cumulative`. Negative where learning in
 * sequence did better. `intransigenceAgainst` is its last entry; `intransigence`, of the benchmark this library continues, takes
 * 1 in the place of a*.
 *
 * @param matrix accuracy matrix, [tasks, tasks]
 * @param jointAccuracies a*, one accuracy per task
 * @returns one number in [−1, 1] per task; null for a task whose cell is missing
 *
 * Source: Chaudhry et al. 2018, "Riemannian Walk for Incremental Learning", section 3.2.
 */
export function perTaskIntransigence(matrix: ReadonlyAccuracyMatrix, jointAccuracies: readonly number[]): (number | null)[] {
  checkMatrix(matrix, 'perTaskIntransigence');
  checkAccuracies('perTaskIntransigence', 'jointAccuracies', jointAccuracies, matrix.length);
  return diagonal(matrix).map((own, k) => (own === null ? null : jointAccuracies[k] - own));
}

/**
 * Plasticity against networks from scratch: mean_{k>0} (R[k][k] − s_k), where s_k is the accuracy on task k of a network that
 * learnt nothing but this task, as long and from the same initial weights: the diagonal of the matrix of a run of the method
 * `independent`. Negative where the past hinders: plasticity was lost. The first task has no past and is left out.
 *
 * @param matrix accuracy matrix, [tasks, tasks]
 * @param scratchAccuracies s, one accuracy per task; s[0] is not used
 * @returns a number in [−1, 1], or null with a single task or missing cells
 *
 * Source: the comparison is that of Dohare et al. 2024, "Loss of plasticity in deep continual learning"; this mean is this library's.
 */
export function plasticityAgainst(matrix: ReadonlyAccuracyMatrix, scratchAccuracies: readonly number[]): number | null {
  checkMatrix(matrix, 'plasticityAgainst');
  checkAccuracies('plasticityAgainst', 'scratchAccuracies', scratchAccuracies, matrix.length);
  return meanOfAll(
    diagonal(matrix)
      .map((own, k) => (own === null ? null : own - scratchAccuracies[k]))
      .slice(1),
  );
}

/**
 * The accuracies on each task right after its training, as `perTaskIntransigence` and `plasticityAgainst` take them of the run they
 * compare with.
 *
 * @param matrix accuracy matrix of that run (`cumulative`, `independent`), [tasks, tasks]
 * @throws when one was not measured
 */
export function learntAccuracies(matrix: ReadonlyAccuracyMatrix): number[] {
  checkMatrix(matrix, 'learntAccuracies');
  return diagonal(matrix).map((own, task) => {
    if (own !== null) return own;
    const reason = `the accuracy on task ${task} right after its training is ${shown(own)}`;
    throw problem('learntAccuracies', reason, 'measure every task after its training, as runSequence does');
  });
}

function diagonal(matrix: ReadonlyAccuracyMatrix): (number | null)[] {
  return matrix.map((row, i) => row[i]);
}

function meanOfAll(values: readonly (number | null)[]): number | null {
  return values.length === 0 || values.includes(null) ? null : mean(values as number[]);
}
