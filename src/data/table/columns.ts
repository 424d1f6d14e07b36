import { problem, shown } from '../../utils/errors';
import type { FeatureColumn } from '../dataset';
import { booleanIn, isMissing, missingValue, nameIn, numberIn, sortedNames } from './cells';
import type { Table } from './source';

/** Most categories of one column: each becomes a feature, and a column of more is a code or a text. */
const MAX_CATEGORIES = 100;

/**
 * What the columns of features hold, as their training rows show it: numbers, true and false, or categories.
 *
 * @param rows numbers of the training rows
 * @param names the columns
 * @param categorical those of them that hold categories
 * @throws where a column is constant, has too many categories, or a category cell is missing
 */
export function fitColumns(
  subject: string,
  table: Table,
  rows: readonly number[],
  names: readonly string[],
  categorical: readonly string[],
): FeatureColumn[] {
  return names.map((name) => {
    const at = columnIndex(subject, table, name);
    const column = categorical.includes(name)
      ? categoryColumn(subject, table, rows, name, at)
      : numericColumn(table, rows, name, at);
    checkVaries(subject, table, rows, column, at);
    return column;
  });
}

function numericColumn({ rows: all }: Table, rows: readonly number[], name: string, at: number): FeatureColumn {
  const boolean = rows.every((row) => isMissing(all[row][at]) || booleanIn(all[row][at]) !== undefined);
  return { name, kind: boolean ? 'boolean' : 'number' };
}

function categoryColumn(subject: string, table: Table, rows: readonly number[], name: string, at: number): FeatureColumn {
  const categories = sortedNames(rows.map((row) => nameIn(table.rows[row][at], `${subject}: ${table.place(row, name)}`)));
  if (categories.length <= MAX_CATEGORIES) return { name, kind: 'category', categories };
  const reason = `holds ${categories.length} different values; at most ${MAX_CATEGORIES} categories become features`;
  throw problem(`${subject}: column ${shown(name)}`, reason, 'group the rare ones, or leave the column out of features');
}

/** A column of one value tells nothing, and is most often a mistake of whoever joined the table. */
function checkVaries(subject: string, table: Table, rows: readonly number[], column: FeatureColumn, at: number): void {
  const valueOf = (row: number) => {
    const cell = table.rows[row][at];
    return column.kind === 'category' ? nameIn(cell, '') : column.kind === 'boolean' ? booleanIn(cell) : numberIn(cell);
  };
  const first = valueOf(rows[0]);
  if (first === undefined || rows.some((row) => valueOf(row) !== first)) return; // what is no number, encoding says
  const reason = `column ${shown(column.name)} is ${shown(first)} in all ${rows.length} training rows, so it tells nothing`;
  throw problem(subject, reason, 'leave it out of features');
}

/** Position of a column; throws with the names there are. */
export function columnIndex(subject: string, { columns }: Table, name: string): number {
  const at = columns.indexOf(name);
  if (at >= 0) return at;
  const hint =
    columns.length === 1 && /[;\t|]/.test(columns[0]) ? `; perhaps delimiter: ${shown(/[;\t|]/.exec(columns[0])![0])}` : '';
  throw problem(subject, `there is no column ${shown(name)}`, `columns are ${listed(columns)}${hint}`);
}

function listed(names: readonly string[]): string {
  const most = 20;
  return names.length > most ? `${names.slice(0, most).map(shown).join(', ')}, …` : names.map(shown).join(', ');
}

/** Numbers a row has after encoding: one a column, or one a category. */
export const featureCount = (columns: readonly FeatureColumn[]) =>
  columns.reduce((sum, column) => sum + (column.kind === 'category' ? column.categories.length : 1), 0);

/**
 * Some rows of a table as flat features, [rows · features], not standardised.
 *
 * @throws at the first cell that is missing, no number, or an unknown category, with row or line and column
 */
export function encodeRows(
  subject: string,
  table: Table,
  rows: readonly number[],
  columns: readonly FeatureColumn[],
): Float64Array {
  const size = featureCount(columns);
  const out = new Float64Array(rows.length * size); // [rows, features]
  let start = 0;
  for (const column of columns) {
    const at = columnIndex(subject, table, column.name);
    rows.forEach((row, i) => {
      const cell = table.rows[row][at];
      const place = () => `${subject}: ${table.place(row, column.name)}`;
      if (column.kind === 'category') out[i * size + start + categoryOf(cell, column.categories, place)] = 1;
      else out[i * size + start] = column.kind === 'boolean' ? booleanOf(cell, place) : numberOf(cell, place);
    });
    start += column.kind === 'category' ? column.categories.length : 1;
  }
  return out;
}

function numberOf(cell: unknown, place: () => string): number {
  const value = numberIn(cell);
  if (value !== undefined) return value;
  if (isMissing(cell)) throw missingValue(cell, place());
  if (booleanIn(cell) !== undefined) throw problem(place(), `${shown(cell)} stands in a column of numbers`, 'use 0 and 1');
  const remedy =
    typeof cell === 'string' && /^[+-]?[\d.]*,\d+$/.test(cell.trim())
      ? 'write numbers with a decimal point'
      : 'make it a number, name the column in categorical, or leave it out of features';
  throw problem(place(), `${shown(cell)} is no number`, remedy);
}

function booleanOf(cell: unknown, place: () => string): number {
  const value = booleanIn(cell);
  if (value !== undefined) return value ? 1 : 0;
  if (isMissing(cell)) throw missingValue(cell, place());
  throw problem(place(), `${shown(cell)} stands in a column of true and false`, 'use one kind of value in a column');
}

function categoryOf(cell: unknown, categories: readonly string[], place: () => string): number {
  const name = nameIn(cell, place());
  const found = categories.indexOf(name);
  if (found >= 0) return found;
  const remedy = `known are ${listed(categories)}: add training rows of it, or group it with one of these`;
  throw problem(place(), `the category ${shown(name)} does not occur in the training rows`, remedy);
}
