import { checkNumber, checkText, problem, shown } from '../utils/errors';
import { checkTaskNames, copyMatrix, emptyMatrix, isAccuracy, type AccuracyMatrix } from './accuracyMatrix';
import { CLMetrics } from './metrics';

/** Collects the accuracies of one run, cell by cell, and computes the metrics from them. */
export class CLMetricsTracker {
  /** Number of tasks in the stream. */
  readonly nTasks: number;
  /** Names of the tasks, one per task; absent: `task 1`, `task 2`, … */
  readonly taskNames?: readonly string[];
  /** Fingerprint of the stream that is measured (`TaskStream.fingerprint`), where it is known; `passesGate` compares it. */
  readonly fingerprint?: string;
  private readonly cells: AccuracyMatrix;

  /**
   * @param nTasks number of tasks in the stream, at least 1
   * @param taskNames one name per task, for tables and figures; default `task 1`, `task 2`, …
   * @param fingerprint that of the stream (`TaskStream.fingerprint`), so that results of different streams are not compared
   */
  constructor(nTasks: number, taskNames?: readonly string[], fingerprint?: string) {
    checkNumber('CLMetricsTracker', 'nTasks', nTasks, { min: 1, integer: true });
    checkTaskNames(taskNames, nTasks, 'CLMetricsTracker');
    this.nTasks = nTasks;
    if (taskNames) this.taskNames = [...taskNames];
    if (fingerprint !== undefined) {
      checkText('CLMetricsTracker', 'fingerprint', fingerprint);
      this.fingerprint = fingerprint;
    }
    this.cells = emptyMatrix(nTasks);
  }

  /**
   * Notes the accuracy on one task after training another (or the same); a cell noted before is overwritten.
   *
   * @param task the task evaluated, 0 … nTasks−1
   * @param afterTask the task trained last, 0 … nTasks−1
   * @param accuracy share of right answers, in [0, 1]
   * @throws when a task does not exist or the accuracy is not a number in [0, 1]
   */
  record(task: number, afterTask: number, accuracy: number): void {
    this.checkTask('task', task);
    this.checkTask('afterTask', afterTask);
    if (!isAccuracy(accuracy)) {
      throw problem(
        'CLMetricsTracker.record',
        `the accuracy on task ${task} after task ${afterTask} is ${shown(accuracy)}`,
        'pass a share between 0 and 1 (0.93, not 93)',
      );
    }
    this.cells[task][afterTask] = accuracy;
  }

  /** A copy of the accuracy matrix, [tasks, tasks]: `matrix[i][j]` on task i after training task j; null: not recorded. */
  get matrix(): AccuracyMatrix {
    return copyMatrix(this.cells);
  }

  /** The metrics of what has been recorded so far; those that need missing cells are null. */
  compute(): CLMetrics {
    return new CLMetrics(this.cells, this.taskNames, this.fingerprint);
  }

  /** Plain data for a results file; `passesGate` takes it too. */
  toJSON(): { nTasks: number; taskNames?: readonly string[]; fingerprint?: string; matrix: AccuracyMatrix } {
    const { nTasks, taskNames, fingerprint, matrix } = this;
    return { nTasks, ...(taskNames && { taskNames }), ...(fingerprint !== undefined && { fingerprint }), matrix };
  }

  /** One line for notebooks and the console. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    const filled = this.cells.flat().filter((cell) => cell !== null).length;
    return `CLMetricsTracker (${this.nTasks} tasks, ${filled} of ${this.nTasks ** 2} cells recorded)`;
  }

  private checkTask(name: string, task: number): void {
    if (Number.isInteger(task) && task >= 0 && task < this.nTasks) return;
    throw problem(
      'CLMetricsTracker.record',
      `${name} ${shown(task)} does not exist`,
      `tasks are numbered 0 to ${this.nTasks - 1}`,
    );
  }
}
