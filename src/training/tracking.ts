import type { TaskLoader } from '../data/loader';
import type { Task } from '../data/task';
import { CLMetricsTracker } from '../metrics';
import type { AccuracyMatrix } from '../metrics';
import { problem } from '../utils/errors';

/** A tracker as plain JSON. */
export interface SavedTracker {
  taskNames?: string[];
  matrix: AccuracyMatrix;
  /** Fingerprint of the stream, where it is known. */
  fingerprint?: string;
}

/** A tracker as plain data. */
export function savedTracker({ taskNames, matrix, fingerprint }: CLMetricsTracker): SavedTracker {
  return { ...(taskNames && { taskNames: [...taskNames] }), matrix, ...(fingerprint !== undefined && { fingerprint }) };
}

/** A tracker with the cells of a saved one, or of one of fewer tasks. */
export function filledTracker(
  matrix: AccuracyMatrix,
  taskNames: readonly string[] | undefined,
  fingerprint: string | undefined,
  nTasks = matrix.length,
): CLMetricsTracker {
  const tracker = new CLMetricsTracker(nTasks, taskNames, fingerprint);
  matrix.forEach((row, task) => row.forEach((cell, afterTask) => cell !== null && tracker.record(task, afterTask, cell)));
  return tracker;
}

/**
 * The tracker of a run over these tasks: the present one where there is one, with room for tasks that have come since.
 *
 * @throws when the present one measures another stream
 */
export function trackerFor(
  present: CLMetricsTracker | undefined,
  taskNames: readonly string[],
  fingerprint: string | undefined,
): CLMetricsTracker {
  if (!present) return new CLMetricsTracker(taskNames.length, taskNames, fingerprint);
  if (present.nTasks < taskNames.length) return filledTracker(present.matrix, taskNames, fingerprint, taskNames.length);
  if (present.fingerprint === undefined || fingerprint === undefined || present.fingerprint === fingerprint) return present;
  throw problem(
    'runSequence',
    `the accuracy matrix so far is of the stream ${present.fingerprint}, these loaders are of ${fingerprint}`,
    'give one trainer one stream, or begin a new matrix: trainer.tracker = undefined',
  );
}

/** Those loaders whose accuracy after a task is still to be measured. */
export function unmeasured(testLoaders: readonly TaskLoader[], { matrix }: CLMetricsTracker, afterTask: Task): TaskLoader[] {
  return testLoaders.filter(({ task }) => matrix[task.id][afterTask.id] === null);
}

/** The matrix so far and the mean accuracy over the tasks before this one, for progress. */
export function standingOf(
  { matrix }: CLMetricsTracker,
  { id }: Pick<Task, 'id'>,
): { accuracy?: number; matrix: AccuracyMatrix } {
  const column = matrix.slice(0, id).map((row) => row[id - 1]);
  const known = column.filter((value): value is number => value !== null);
  return { matrix, ...(known.length && { accuracy: known.reduce((a, b) => a + b, 0) / known.length }) };
}
