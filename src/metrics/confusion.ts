import { checkNumber, problem, shown } from '../utils/errors';

/** `matrix[i][j]`: how many samples of class i were answered with class j, [classes, classes]. */
export type ConfusionMatrix = readonly (readonly number[])[];

/**
 * Counts which class was answered for which.
 *
 * @param labels the right class of each sample, whole numbers from 0; [n]
 * @param answers the class that was answered; [n]
 * @param nClasses classes in all; default: up to the largest that occurs
 * @returns rows are the right classes, columns the answers
 * @throws when the lists are not of one length, or hold what is no class
 */
export function confusionMatrix(labels: ArrayLike<number>, answers: ArrayLike<number>, nClasses?: number): number[][] {
  const subject = 'confusionMatrix';
  const [right, given] = [Array.from(labels ?? []), Array.from(answers ?? [])];
  if (right.length !== given.length || right.length === 0) {
    throw problem(subject, `${right.length} labels and ${given.length} answers`, 'pass one answer per label, at least one');
  }
  const wrong = [...right, ...given].find((value) => !(Number.isInteger(value) && value >= 0));
  if (wrong !== undefined) throw problem(subject, `${shown(wrong)} is no class`, 'classes are whole numbers from 0');
  const largest = [...right, ...given].reduce((most, value) => Math.max(most, value), 0);
  const classes = nClasses ?? largest + 1;
  checkNumber(subject, 'nClasses', classes, { min: largest + 1, integer: true });
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  right.forEach((label, i) => counts[label][given[i]]++);
  return counts;
}

/** The share of right answers of a confusion matrix, in [0, 1]. */
export function accuracyOf(matrix: ConfusionMatrix): number {
  checkConfusion('accuracyOf', matrix);
  return sum(matrix.map((row, i) => row[i])) / sum(matrix.map(sum));
}

/**
 * Recency bias: the share of answers that name a class of the last task, less the share of samples that are of one. 0 where both
 * are equal; up to 1 less the latter where every answer is a class of the last task, as in a class-incremental network without
 * protection.
 *
 * @param matrix which class was answered for which, over the test data of all tasks
 * @param lastClasses the classes of the last task
 * @returns a number in (−1, 1)
 *
 * Source: task-recency bias as described in Masana et al. 2022, "Class-incremental learning: survey and performance evaluation on
 * image classification", section 3; the number is this library's.
 */
export function recencyBias(matrix: ConfusionMatrix, lastClasses: readonly number[]): number {
  const subject = 'recencyBias';
  checkConfusion(subject, matrix);
  if (!Array.isArray(lastClasses) || lastClasses.length === 0) {
    throw problem(
      subject,
      `lastClasses is ${shown(lastClasses)}`,
      'pass the classes of the last task, e.g. stream.tasks.at(-1).classes',
    );
  }
  const unknown = lastClasses.find((label) => matrix[label] === undefined);
  if (unknown !== undefined) {
    throw problem(subject, `there is no class ${shown(unknown)}`, `classes are 0 to ${matrix.length - 1}`);
  }
  const last = [...new Set(lastClasses)];
  const total = sum(matrix.map(sum));
  const answered = sum(matrix.flatMap((row) => last.map((label) => row[label])));
  const present = sum(last.flatMap((label) => [...matrix[label]]));
  return (answered - present) / total;
}

/** Throws unless it is a square matrix of counts with at least one sample. */
export function checkConfusion(subject: string, matrix: ConfusionMatrix): void {
  const square = Array.isArray(matrix) && matrix.every((row) => Array.isArray(row) && row.length === matrix.length);
  if (!square) throw problem(subject, `the matrix is ${shown(matrix)}`, 'pass a square matrix of counts, see confusionMatrix');
  const wrong = matrix.flat().find((count) => !(Number.isInteger(count) && count >= 0));
  if (wrong !== undefined) throw problem(subject, `a count is ${shown(wrong)}`, 'pass whole numbers from 0');
  if (sum(matrix.flat()) === 0) throw problem(subject, 'there is no sample', 'pass the answers to at least one');
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
