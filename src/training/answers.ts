import { checkList, checkNumber, problem } from '../utils/errors';

/**
 * Throws unless answers can be taken among these labels.
 *
 * @param byOutputs whether the method answers with the largest output
 */
export function checkAmong(subject: string, among: readonly number[], byOutputs: boolean): void {
  checkList(subject, 'among', among);
  among.forEach((label, i) => checkNumber(subject, `among[${i}]`, label, { min: 0, integer: true }));
  if (byOutputs) return;
  const reason = 'the method answers by something else than the largest output, so answers among some labels are not defined';
  throw problem(subject, reason, 'leave among out');
}

/**
 * The label with the largest output of each row, among some.
 *
 * @param logits outputs row after row, [n, outputs]
 * @param n rows
 * @returns int32 [n]
 */
export function largestAmong(subject: string, logits: Float32Array, n: number, among: readonly number[]): Int32Array {
  const outputs = logits.length / n;
  const unknown = among.find((label) => label >= outputs);
  if (unknown !== undefined) {
    throw problem(subject, `there is no output for label ${unknown}`, `outputs are 0 to ${outputs - 1}`);
  }
  return Int32Array.from({ length: n }, (_, row) =>
    among.reduce((best, label) => (logits[row * outputs + label] > logits[row * outputs + best] ? label : best)),
  );
}
