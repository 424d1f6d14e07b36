import type { TaskLoader } from '../data/loader';
import { taskLabel } from '../metrics/accuracyMatrix';
import type { ReadonlyAccuracyMatrix } from '../metrics';
import { formatNumber } from '../utils/format';

/** Standard errors above the accuracy of one constant answer up to which an accuracy counts as no better. */
const MARGIN = 3;

/**
 * Whether a run stopped learning: from some task to the last one, no task was, right after its own training, answered better
 * than by giving one and the same answer to every sample (the share of the most frequent class of its test data, plus three
 * standard errors). Tests too small to tell count as learnt.
 *
 * @param matrix accuracy matrix, [tasks, tasks]
 * @param testLoaders the data it was measured on, one a task
 * @returns since when, in words; undefined where the last task was learnt
 */
export function stuckAtChance(matrix: ReadonlyAccuracyMatrix, testLoaders: readonly TaskLoader[]): string | undefined {
  const limits = testLoaders.map(bestConstantAnswer);
  let first = matrix.length;
  while (first > 0 && isAtChance(matrix[first - 1][first - 1], limits[first - 1])) first--;
  if (first === matrix.length) return undefined;
  const last = matrix.length - 1;
  const since = first === 0 ? 'no task' : `from task ${first + 1} (${taskLabel(first, namesOf(testLoaders))}) on none`;
  const numbers = `accuracy ${formatNumber(matrix[last][last], 3)} on the last task, chance ${formatNumber(limits[last].share, 3)}`;
  return `${since} was learnt better than chance (${numbers})`;
}

interface Limit {
  /** Accuracy of the best constant answer. */
  share: number;
  /** Up to where an accuracy counts as no better. */
  limit: number;
}

function bestConstantAnswer(loader: TaskLoader): Limit {
  const counts = new Map<number, number>();
  for (const label of loader.labels()) counts.set(label, (counts.get(label) ?? 0) + 1);
  const share = Math.max(...counts.values()) / loader.size;
  return { share, limit: share + MARGIN * Math.sqrt((share * (1 - share)) / loader.size) };
}

function isAtChance(accuracy: number | null, { limit }: Limit): boolean {
  return accuracy !== null && limit < 1 && accuracy <= limit;
}

function namesOf(loaders: readonly TaskLoader[]): string[] {
  return loaders.map(({ task }) => task.name);
}
