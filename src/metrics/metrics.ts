import { checkText } from '../utils/errors';
import { formatNumber, shortNames, shortened, textTable } from '../utils/format';
import {
  checkMatrix,
  checkTaskNames,
  copyMatrix,
  taskLabel,
  type AccuracyMatrix,
  type ReadonlyAccuracyMatrix,
} from './accuracyMatrix';
import * as formulas from './formulas';
import { missingCells, neededCells, type MetricName } from './neededCells';
import { visibleLine } from '../utils/visible';

/** Short name and meaning of each metric, as tables and figures show them. */
export const METRIC_TEXTS: Readonly<Record<MetricName, { readonly label: string; readonly meaning: string }>> = {
  acc: { label: 'ACC', meaning: 'mean accuracy over all tasks at the end' },
  bwt: { label: 'BWT', meaning: 'mean change of earlier tasks by later training; below 0 is forgetting' },
  fm: { label: 'FM', meaning: 'accuracy lost on the task forgotten most' },
  fwt: { label: 'FWT', meaning: 'zero-shot: mean accuracy on a task just before it is trained' },
  intransigence: { label: 'Intransigence', meaning: 'what was not learnt of the last task' },
  averageForgetting: { label: 'Average forgetting', meaning: 'mean drop from the best accuracy a task ever had' },
  averageIncrementalAccuracy: { label: 'Average incremental', meaning: 'accuracy on the tasks seen so far, averaged over time' },
};

/** Characters of a task's name at the head of a column. */
const COLUMN = 24;
/** Characters of a table's line, at most, where numbers can stand for names: a notebook 1000 pixels wide shows about 95. */
const WIDEST = 88;

/**
 * The metrics of one run, computed from its accuracy matrix. A metric that needs a cell nobody measured, or a second task
 * where there is one, is null; `summary` says which cells are missing.
 */
export class CLMetrics {
  /** ACC: mean accuracy over all tasks at the end, in [0, 1]. See `averageAccuracy`. */
  readonly acc: number | null;
  /** BWT: mean change of earlier tasks by later training, in [−1, 1]. See `backwardTransfer`. */
  readonly bwt: number | null;
  /** FWT: zero-shot accuracy on tasks not trained yet, in [0, 1]. See `zeroShotTransfer`; `forwardTransfer` subtracts a baseline. */
  readonly fwt: number | null;
  /** FM: forgetting of the task forgotten most, in [−1, 1]. See `forgettingMeasure`. */
  readonly fm: number | null;
  /** 1 − accuracy on the last task, in [0, 1]. See `intransigence`. */
  readonly intransigence: number | null;
  /** Forgetting of each task but the last, T−1 entries in [−1, 1]. See the function of the same name. */
  readonly perTaskForgetting: readonly (number | null)[];
  /** Mean drop from the best accuracy a task ever had, in [−1, 1]. See the function of the same name. */
  readonly averageForgetting: number | null;
  /** Accuracy on the tasks seen so far, averaged over time, in [0, 1]. See the function of the same name. */
  readonly averageIncrementalAccuracy: number | null;
  /** Number of tasks T. */
  readonly nTasks: number;
  /** A copy of the accuracy matrix, [tasks, tasks]: `matrix[i][j]` on task i after training task j; null: not measured. */
  readonly matrix: AccuracyMatrix;
  /** Names of the tasks for tables, one per task; absent: `task 1`, `task 2`, … */
  readonly taskNames?: readonly string[];
  /** Fingerprint of the stream that was measured (`TaskStream.fingerprint`), where it is known; `passesGate` compares it. */
  readonly fingerprint?: string;

  /**
   * @param matrix accuracy matrix, [tasks, tasks]; copied
   * @param taskNames one name per task; default `task 1`, `task 2`, …
   * @param fingerprint that of the stream that was measured
   * @throws when the matrix is not square or holds anything but null and numbers in [0, 1]
   */
  constructor(matrix: ReadonlyAccuracyMatrix, taskNames?: readonly string[], fingerprint?: string) {
    checkMatrix(matrix, 'CLMetrics');
    checkTaskNames(taskNames, matrix.length, 'CLMetrics');
    this.matrix = copyMatrix(matrix);
    this.nTasks = matrix.length;
    if (taskNames) this.taskNames = [...taskNames];
    if (fingerprint !== undefined) {
      checkText('CLMetrics', 'fingerprint', fingerprint);
      this.fingerprint = fingerprint;
    }
    this.acc = formulas.averageAccuracy(matrix);
    this.bwt = formulas.backwardTransfer(matrix);
    this.fwt = formulas.zeroShotTransfer(matrix);
    this.fm = formulas.forgettingMeasure(matrix);
    this.intransigence = formulas.intransigence(matrix);
    this.perTaskForgetting = formulas.perTaskForgetting(matrix);
    this.averageForgetting = formulas.averageForgetting(matrix);
    this.averageIncrementalAccuracy = formulas.averageIncrementalAccuracy(matrix);
  }

  /** Why `metric` is null, in words; null when it has a value. */
  whyMissing(metric: MetricName): string | null {
    if (this[metric] !== null) return null;
    if (neededCells(metric, this.nTasks).length === 0) return 'needs at least two tasks';
    const cells = missingCells(metric, this.matrix);
    const name = (task: number) => shortened(taskLabel(task, this.taskNames), 2 * COLUMN);
    const [task, after] = cells[0];
    const more = cells.length > 1 ? ` and ${cells.length - 1} more` : '';
    return `not measured: accuracy on ${name(task)} after ${name(after)}${more}`;
  }

  /**
   * All metrics and the accuracy matrix as readable text of several lines.
   *
   * @param name the heading, e.g. the method's name
   */
  summary(name = 'Run'): string {
    const metrics = Object.entries(METRIC_TEXTS) as [MetricName, (typeof METRIC_TEXTS)[MetricName]][];
    const lines = metrics.map(([metric, { label, meaning }]) => {
      const text = this.whyMissing(metric) ?? meaning;
      return `  ${label.padEnd(19)}  ${formatNumber(this[metric]).padStart(7)}  ${text}`;
    });
    const matrix = this.accuracyMatrixStr()
      .split('\n')
      .map((line) => `  ${line}`);
    return [`${visibleLine(name)}: ${this.nTasks} ${this.nTasks === 1 ? 'task' : 'tasks'}`, ...lines, '', ...matrix].join('\n');
  }

  /**
   * The accuracy matrix as a table with aligned columns: a row per task, a column per moment of evaluation; `–`: not measured. Where the
   * names would make it wider than 88 characters, the columns have the tasks' numbers.
   */
  accuracyMatrixStr(): string {
    const names = this.matrix.map((_, task) => taskLabel(task, this.taskNames));
    const short = shortNames(names, (name) => shortened(name, COLUMN));
    const cells = this.matrix.map((row) => row.map((cell) => formatNumber(cell)));
    const named = textTable([
      ['accuracy on', ...short.map((name) => `after ${name}`)],
      ...cells.map((row, k) => [short[k], ...row]),
    ]);
    if (named.indexOf('\n') <= WIDEST) return named;
    return textTable([
      ['accuracy on', ...short.map((_, k) => `after ${k + 1}`)],
      ...cells.map((row, k) => [`${k + 1}: ${short[k]}`, ...row]),
    ]);
  }

  /** One line for notebooks and the console. */
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    const parts = (['acc', 'bwt', 'fm', 'fwt'] as const).map((name) => `${METRIC_TEXTS[name].label} ${formatNumber(this[name])}`);
    return `CLMetrics (${this.nTasks} ${this.nTasks === 1 ? 'task' : 'tasks'}: ${parts.join(', ')})`;
  }
}
