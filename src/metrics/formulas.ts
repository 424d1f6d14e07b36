// Every metric is a pure function of the accuracy matrix R, where R[i][j] is the accuracy on task i after training task j,
// and T is the number of tasks. A metric that needs a cell nobody measured is null, never a guess.
import { problem, shown } from '../utils/errors';
import { checkMatrix, isAccuracy, type ReadonlyAccuracyMatrix } from './accuracyMatrix';
import { completeFor } from './neededCells';
import { mean } from './statistics';

/**
 * ACC, average accuracy: mean_i R[i][T−1], over all tasks after the last one was trained.
 *
 * @param matrix accuracy matrix, [tasks, tasks]
 * @returns a share in [0, 1], or null when the last column is incomplete
 * @throws when the matrix is not square or holds anything but null and numbers in [0, 1]; so do all metrics
 *
 * Source: Lopez-Paz & Ranzato 2017, eq. 2.
 */
export function averageAccuracy(matrix: ReadonlyAccuracyMatrix): number | null {
  checkMatrix(matrix, 'averageAccuracy');
  return completeFor('acc', matrix) && mean(matrix.map((row) => row[matrix.length - 1]!));
}

/**
 * BWT, backward transfer: mean_{i<T−1} (R[i][T−1] − R[i][i]). Negative where learning later tasks cost accuracy on
 * earlier ones, positive where it helped.
 *
 * @param matrix accuracy matrix, [tasks, tasks]
 * @returns a number in [−1, 1], or null with a single task or missing cells
 *
 * Source: Lopez-Paz & Ranzato 2017, eq. 3.
 */
export function backwardTransfer(matrix: ReadonlyAccuracyMatrix): number | null {
  checkMatrix(matrix, 'backwardTransfer');
  const R = completeFor('bwt', matrix);
  return R && mean(R.slice(0, -1).map((row, i) => row[R.length - 1] - row[i]));
}

/**
 * Forgetting of each task but the last: R[i][i] − R[i][T−1], the accuracy it had when just learnt minus the accuracy at the
 * end. Negative where the task improved later. The last task has had no time to be forgotten and has no entry.
 *
 * @param matrix accuracy matrix, [tasks, tasks]
 * @returns T−1 numbers in [−1, 1]; null for a task whose cells are missing. BWT is minus their mean.
 */
export function perTaskForgetting(matrix: ReadonlyAccuracyMatrix): (number | null)[] {
  checkMatrix(matrix, 'perTaskForgetting');
  return matrix.slice(0, -1).map((row, i) => {
    const [learnt, kept] = [row[i], row[matrix.length - 1]];
    return learnt === null || kept === null ? null : learnt - kept;
  });
}

/**
 * FM, forgetting measure of the worst task: max_{i<T−1} (R[i][i] − R[i][T−1]). This is the definition of the benchmark
 * this library continues; the mean over tasks that Chaudhry et al. define is `averageForgetting`.
 *
 * @param matrix accuracy matrix, [tasks, tasks]
 * @returns a number in [−1, 1], or null with a single task or missing cells
 */
export function forgettingMeasure(matrix: ReadonlyAccuracyMatrix): number | null {
  checkMatrix(matrix, 'forgettingMeasure');
  return completeFor('fm', matrix) && Math.max(...(perTaskForgetting(matrix) as number[]));
}

/**
 * Average forgetting: mean_{i<T−1} (max_{l<T−1} R[i][l] − R[i][T−1]), from the best accuracy a task ever had before the
 * end. Negative where the last task improved the earlier ones. Cells from before a task was trained (l < i) count where
 * they were measured and are not required.
 *
 * @param matrix accuracy matrix, [tasks, tasks]
 * @returns a number in [−1, 1], or null with a single task or missing cells
 *
 * Source: Chaudhry et al. 2018, "Riemannian Walk for Incremental Learning", section 3.2.
 */
export function averageForgetting(matrix: ReadonlyAccuracyMatrix): number | null {
  checkMatrix(matrix, 'averageForgetting');
  if (!completeFor('averageForgetting', matrix)) return null;
  const last = matrix.length - 1;
  const best = (row: readonly (number | null)[]) => Math.max(...row.slice(0, last).filter(isAccuracy));
  return mean(matrix.slice(0, last).map((row) => best(row) - row[last]!));
}

/**
 * Zero-shot accuracy, called FWT by the benchmark this library continues: mean_{i>0} R[i][i−1], the accuracy on each task
 * just before it is trained. Chance level of the task is part of it; `forwardTransfer` subtracts a baseline.
 *
 * @param matrix accuracy matrix, [tasks, tasks]
 * @returns a share in [0, 1], or null with a single task or missing cells
 */
export function zeroShotTransfer(matrix: ReadonlyAccuracyMatrix): number | null {
  checkMatrix(matrix, 'zeroShotTransfer');
  const R = completeFor('fwt', matrix);
  return R && mean(R.slice(1).map((row, i) => row[i]));
}

/**
 * Forward transfer, called FWT in the paper: mean_{i>0} (R[i][i−1] − b_i), zero-shot accuracy above that of an untrained network.
 *
 * @param matrix accuracy matrix, [tasks, tasks]
 * @param baseline b, one accuracy per task: that of a random initialisation, best averaged over several; b[0] is not used
 * @returns a number in [−1, 1], or null with a single task or missing cells
 *
 * Source: Lopez-Paz & Ranzato 2017, eq. 4.
 */
export function forwardTransfer(matrix: ReadonlyAccuracyMatrix, baseline: readonly number[]): number | null {
  checkMatrix(matrix, 'forwardTransfer');
  checkAccuracies('forwardTransfer', 'baseline', baseline, matrix.length);
  const R = completeFor('fwt', matrix);
  return R && mean(R.slice(1).map((row, i) => row[i] - baseline[i + 1]));
}

/**
 * Intransigence of the benchmark this library continues: 1 − R[T−1][T−1], what the model failed to learn of the last task.
 *
 * @param matrix accuracy matrix, [tasks, tasks]
 * @returns a share in [0, 1], or null when the last task was not evaluated after its training
 */
export function intransigence(matrix: ReadonlyAccuracyMatrix): number | null {
  checkMatrix(matrix, 'intransigence');
  const R = completeFor('intransigence', matrix);
  return R && 1 - R[R.length - 1][R.length - 1];
}

/**
 * Intransigence against a jointly trained model: I_T = a*_T − R[T−1][T−1], where a*_k is the accuracy on task k of a model
 * trained on the data of tasks 1 … k together. Negative where learning in sequence did better.
 *
 * @param matrix accuracy matrix, [tasks, tasks]
 * @param jointAccuracies a*, one accuracy per task; only the last is used
 * @returns a number in [−1, 1], or null when the last task was not evaluated after its training
 *
 * Source: Chaudhry et al. 2018, section 3.2, for the last task.
 */
export function intransigenceAgainst(matrix: ReadonlyAccuracyMatrix, jointAccuracies: readonly number[]): number | null {
  checkMatrix(matrix, 'intransigenceAgainst');
  checkAccuracies('intransigenceAgainst', 'jointAccuracies', jointAccuracies, matrix.length);
  const R = completeFor('intransigence', matrix);
  return R && jointAccuracies[R.length - 1] - R[R.length - 1][R.length - 1];
}

/**
 * Average incremental accuracy: mean_j (mean_{i≤j} R[i][j]), the average accuracy on the tasks seen so far, averaged over
 * the moments of evaluation.
 *
 * @param matrix accuracy matrix, [tasks, tasks]
 * @returns a share in [0, 1], or null when a cell with i ≤ j is missing
 *
 * Source: Rebuffi et al. 2017 (iCaRL), section 4.1.
 */
export function averageIncrementalAccuracy(matrix: ReadonlyAccuracyMatrix): number | null {
  checkMatrix(matrix, 'averageIncrementalAccuracy');
  const R = completeFor('averageIncrementalAccuracy', matrix);
  return R && mean(R.map((_, j) => mean(R.slice(0, j + 1).map((row) => row[j]))));
}

/**
 * LCA, learning curve area: the mean of the first β + 1 accuracies of a learning curve, (1 / (β+1)) Σ_{b=0…β} Z_b. High
 * where a task is learnt from few batches.
 *
 * @param accuracies Z: `accuracies[b]` after b training batches, beginning with b = 0 (zero-shot). For the LCA of a whole
 *   stream, pass the mean curve over its tasks.
 * @param beta number of batches to look at; default: the whole curve
 * @returns a share in [0, 1]
 * @throws when beta is negative, not whole, or reaches beyond the curve
 *
 * Source: Chaudhry et al. 2019 (A-GEM), section 3.
 */
export function learningCurveArea(accuracies: readonly number[], beta: number = (accuracies?.length ?? 0) - 1): number {
  if (!Array.isArray(accuracies) || !Number.isInteger(beta) || beta < 0 || beta >= accuracies.length) {
    throw problem(
      'learningCurveArea',
      Array.isArray(accuracies)
        ? `beta is ${shown(beta)} for a curve of ${accuracies.length} accuracies`
        : `accuracies is ${shown(accuracies)}`,
      'beta + 1 accuracies are needed, the first from before any training',
    );
  }
  checkAccuracies('learningCurveArea', 'accuracies', accuracies, accuracies.length);
  return mean(accuracies.slice(0, beta + 1));
}

/** Throws unless `values` are `length` shares between 0 and 1. */
export function checkAccuracies(subject: string, name: string, values: readonly number[], length: number): void {
  if (!Array.isArray(values)) throw problem(subject, `${name} is ${shown(values)}`, 'pass an array with one accuracy per task');
  if (values.length !== length) {
    throw problem(subject, `${name} has ${values.length} entries for ${length} tasks`, 'pass one accuracy per task');
  }
  const wrong = Array.from(values).findIndex((value) => !isAccuracy(value));
  if (wrong >= 0) throw problem(subject, `${name}[${wrong}] is ${shown(values[wrong])}`, 'use a share between 0 and 1');
}
