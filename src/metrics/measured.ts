import { checkText, problem, shown } from '../utils/errors';
import { formatNumber } from '../utils/format';
import { checkMatrix, checkTaskNames, type ReadonlyAccuracyMatrix } from './accuracyMatrix';
import { CLMetrics, METRIC_TEXTS } from './metrics';
import type { MetricName } from './neededCells';

/**
 * What holds the accuracy matrix of a run: `CLMetrics`, `CLMetricsTracker`, an entry of a results file, or any of these as
 * JSON that was saved and read again.
 */
export interface Measured {
  /** Accuracy matrix, [tasks, tasks]. */
  readonly matrix: ReadonlyAccuracyMatrix;
  /** One name per task. */
  readonly taskNames?: readonly string[];
  /** Fingerprint of the stream. */
  readonly fingerprint?: string;
}

/** Saved numbers may be rounded to so much. */
const ROUNDING = 1e-4;

/**
 * The metrics of a run, computed from its matrix. Numbers that were saved beside the matrix have to be those of the matrix.
 *
 * @param subject who asks and for what, e.g. `passesGate: challenger`
 * @param given a matrix or what holds one
 * @throws when it holds no square matrix of shares, or contradicts itself
 */
export function metricsOf(subject: string, given: Measured | ReadonlyAccuracyMatrix): CLMetrics {
  const { matrix, taskNames, fingerprint, ...rest } = fieldsOf(subject, given);
  checkMatrix(matrix, subject);
  checkTaskNames(taskNames ?? undefined, matrix.length, subject);
  if (fingerprint !== undefined && fingerprint !== null) checkText(subject, 'fingerprint', fingerprint);
  const metrics = new CLMetrics(matrix, taskNames ?? undefined, fingerprint ?? undefined);
  checkSaved(subject, { ...rest, ...(typeof rest.metrics === 'object' && rest.metrics) }, metrics);
  return metrics;
}

type Fields = Measured & Record<string, unknown>;

function fieldsOf(subject: string, given: unknown): Fields {
  if (Array.isArray(given)) return { matrix: given as (number | null)[][] };
  const remedy = 'pass an accuracy matrix, or metrics, a tracker or saved JSON that holds one';
  if (typeof given !== 'object' || given === null) throw problem(subject, `it is ${shown(given)}`, remedy);
  const { matrix, taskNames, fingerprint } = given as Fields;
  if (matrix === undefined) throw problem(subject, `it has no accuracy matrix: ${shown(given)}`, remedy);
  return { ...(given as Fields), matrix, taskNames, fingerprint }; // a tracker's matrix is no field of its own
}

/** Throws where a number saved beside the matrix is not the one that follows from it: the file was damaged or edited. */
function checkSaved(subject: string, saved: Readonly<Record<string, unknown>>, metrics: CLMetrics): void {
  const wrong = (name: string, value: unknown, right: string) =>
    problem(subject, `its ${name} is ${shown(value)}, but its matrix says ${right}`, 'it was damaged or edited; measure anew');
  if (saved.nTasks !== undefined && saved.nTasks !== metrics.nTasks) throw wrong('nTasks', saved.nTasks, String(metrics.nTasks));
  for (const name of Object.keys(METRIC_TEXTS) as MetricName[]) {
    if (saved[name] !== undefined && !same(saved[name], metrics[name])) {
      throw wrong(METRIC_TEXTS[name].label, saved[name], formatNumber(metrics[name]));
    }
  }
  const { perTaskForgetting: list } = saved;
  if (list === undefined) return;
  const right = metrics.perTaskForgetting;
  const equal = Array.isArray(list) && list.length === right.length && right.every((value, task) => same(list[task], value));
  if (!equal) throw wrong('perTaskForgetting', list, shown(right));
}

function same(saved: unknown, right: number | null): boolean {
  if (right === null) return saved === null;
  return typeof saved === 'number' && Math.abs(saved - right) <= ROUNDING;
}
