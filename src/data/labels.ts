import { problem, shown } from '../utils/errors';
import { TYPED } from './inputs';
import { typeName } from './typeName';

/** Largest label that fits into the arrays. */
const MAX_LABEL = 2 ** 31 - 1;

/**
 * Checked labels; whole numbers from 0 on, also as BigInt.
 *
 * @throws for anything else, with the value and its position; nothing is rounded, wrapped or converted
 */
export function toLabels(subject: string, given: unknown): Int32Array {
  const type = typeName(given);
  if (type !== 'Array' && !TYPED.test(type) && !/^Big(Uint|Int)64Array$/.test(type)) {
    throw problem(subject, `labels cannot be taken from ${shown(given)}`, 'give an array of whole numbers, one per sample');
  }
  const list = given as ArrayLike<unknown>;
  const labels = new Int32Array(list.length);
  for (let i = 0; i < list.length; i++) {
    const value = list[i];
    const label = typeof value === 'bigint' ? Number(value) : value;
    if (Number.isInteger(label) && (label as number) >= 0 && (label as number) <= MAX_LABEL) {
      labels[i] = label as number;
      continue;
    }
    const remedy =
      typeof value === 'string'
        ? 'number the classes and give their names as classNames, or use datasetFromTable, which takes words'
        : 'number the classes from 0';
    throw problem(subject, `labels must be whole numbers from 0 on, got ${shown(value)} at position ${i}`, remedy);
  }
  return labels;
}
