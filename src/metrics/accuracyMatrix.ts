import { checkText, problem, shown } from '../utils/errors';

/**
 * The accuracy matrix R of a run, [tasks, tasks]: `R[i][j]` is the accuracy on task i after training task j, a share in
 * [0, 1]. Rows are the tasks evaluated, columns the moments of evaluation; both count from 0. A cell that was never
 * measured is `null`, not 0.
 */
export type AccuracyMatrix = (number | null)[][];

/** A matrix that is only read. An `AccuracyMatrix` can be passed wherever one is asked for. */
export type ReadonlyAccuracyMatrix = readonly (readonly (number | null)[])[];

/** Position of a cell: [task evaluated, task trained last], both from 0. */
export type Cell = readonly [task: number, afterTask: number];

/** A matrix of `nTasks` × `nTasks` cells, none of them measured yet. */
export function emptyMatrix(nTasks: number): AccuracyMatrix {
  return Array.from({ length: nTasks }, () => new Array<number | null>(nTasks).fill(null));
}

/** A copy that shares no row with the original. */
export function copyMatrix(matrix: ReadonlyAccuracyMatrix): AccuracyMatrix {
  return matrix.map((row) => [...row]);
}

/**
 * Throws unless `matrix` is square, has at least one task, and holds nothing but `null` and accuracies in [0, 1].
 *
 * @param matrix the accuracy matrix, [tasks, tasks]
 * @param subject who asks, for the error message
 */
export function checkMatrix(matrix: ReadonlyAccuracyMatrix, subject = 'accuracy matrix'): void {
  if (!Array.isArray(matrix)) {
    throw problem(subject, `the matrix is ${shown(matrix)}`, 'pass an array with one row per task, e.g. tracker.matrix');
  }
  if (matrix.length === 0) throw problem(subject, 'the matrix has no tasks', 'pass one row per task, e.g. tracker.matrix');
  for (let task = 0; task < matrix.length; task++) checkRow(matrix[task], task, matrix.length, subject);
}

/** Cell by cell, not with `forEach`, which passes over holes. */
function checkRow(row: unknown, task: number, nTasks: number, subject: string): void {
  if (!Array.isArray(row) || row.length !== nTasks) {
    const what = Array.isArray(row) ? `has ${row.length} cells` : `is ${shown(row)}`;
    throw problem(subject, `row ${task} ${what} in a matrix of ${nTasks} tasks`, 'pass a square matrix');
  }
  for (let afterTask = 0; afterTask < nTasks; afterTask++) {
    const accuracy: unknown = row[afterTask];
    if (accuracy === null || isAccuracy(accuracy)) continue;
    throw problem(
      subject,
      `the accuracy on task ${task} after task ${afterTask} is ${shown(accuracy)}`,
      'use a share between 0 and 1, or null where nothing was measured',
    );
  }
}

/** Whether `value` is a number in [0, 1]. */
export function isAccuracy(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 1;
}

/** The name shown for a task: the given one, else `task 1` for the first (people count from 1, code from 0). */
export function taskLabel(task: number, taskNames?: readonly string[]): string {
  return taskNames?.[task] ?? `task ${task + 1}`;
}

/** Throws unless `taskNames` is absent or holds one text per task. */
export function checkTaskNames(taskNames: readonly string[] | undefined, nTasks: number, subject: string): void {
  if (taskNames === undefined) return;
  if (!Array.isArray(taskNames)) {
    throw problem(subject, `taskNames is ${shown(taskNames)}`, 'pass an array with one name per task or none');
  }
  if (taskNames.length !== nTasks) {
    throw problem(subject, `got ${taskNames.length} task names for ${nTasks} tasks`, 'pass one name per task or none');
  }
  for (let task = 0; task < nTasks; task++) checkText(subject, `taskNames[${task}]`, taskNames[task]);
}
