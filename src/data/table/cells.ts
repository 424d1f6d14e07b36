import { problem, shown } from '../../utils/errors';

/** Whether a cell says nothing: null, undefined, NaN, or text of blanks only. */
export function isMissing(cell: unknown): boolean {
  return cell === null || cell === undefined || Number.isNaN(cell) || (typeof cell === 'string' && cell.trim() === '');
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** The number in a cell, also where it is written as text; undefined where there is none. `Number` would make 0 of '' and null. */
export function numberIn(cell: unknown): number | undefined {
  if (typeof cell === 'string') return NUMBER.test(cell.trim()) ? finite(Number(cell)) : undefined;
  if (typeof cell === 'bigint') return finite(Number(cell));
  return typeof cell === 'number' ? finite(cell) : undefined;
}

const finite = (value: number) => (Number.isFinite(value) ? value : undefined);

/** True or false in a cell, also where it is written as text (`true`, `FALSE`); else undefined. */
export function booleanIn(cell: unknown): boolean | undefined {
  if (typeof cell === 'boolean') return cell;
  const word = typeof cell === 'string' ? cell.trim().toLowerCase() : '';
  return word === 'true' ? true : word === 'false' ? false : undefined;
}

/**
 * The name in a cell of a label, domain or category column: text without blanks around it, or a number or boolean as text.
 *
 * @param place row or line and column, for messages
 * @throws where the cell is missing or holds something without a name, such as a date or a list
 */
export function nameIn(cell: unknown, place: string): string {
  if (isMissing(cell)) throw missingValue(cell, place);
  if (typeof cell === 'string') return cell.trim();
  if (typeof cell === 'boolean' || typeof cell === 'bigint' || Number.isFinite(cell)) return String(cell);
  throw problem(place, `${shown(cell)} is neither text nor a number nor true or false`, 'write it as text');
}

/** The error for a missing value. */
export function missingValue(cell: unknown, place: string): Error {
  const what = cell === '' ? 'the cell is empty' : `the value is missing (${shown(cell)})`;
  return problem(place, what, 'fill it in, or leave the row or the column out');
}

/** Names in the order people expect: as numbers where all are, false before true, else as given by character codes. */
export function sortedNames(names: Iterable<string>): string[] {
  const list = [...new Set(names)];
  const numbers = list.every((name) => numberIn(name) !== undefined);
  return numbers ? list.sort((a, b) => Number(a) - Number(b)) : list.sort();
}
