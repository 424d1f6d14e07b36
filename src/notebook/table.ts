import { checkNumber, checkText, problem, shown, withDefaults } from '../utils/errors';
import { formatNumber, textTable } from '../utils/format';
import { plainHtml } from './html';
import { display } from './tslab';
import { visibleLine } from '../utils/visible';

/** One row of a table: a value per column. */
export type TableRow = Readonly<Record<string, unknown>>;

/** Options of `showTable`. */
export interface TableOptions {
  /** Column to sort by; default: the order of the rows. Missing values come last. */
  sortBy?: string;
  /** Whether the largest comes first; default true. */
  descending?: boolean;
  /** Most decimals of a number; a column gets as many as its numbers need, and a smaller one reads `< 0.0001`. Default 4. */
  digits?: number;
  /** Heading; default none. */
  title?: string;
}

/**
 * Shows rows as a table: one column for each name that occurs in a row, numbers to the right.
 *
 * @param rows plain objects, e.g. `[{method: 'EWC', acc: 0.91}]`
 * @throws when there are no rows or `sortBy` is not a column
 */
export function showTable(rows: readonly TableRow[], options?: TableOptions): void {
  const { sortBy, descending, digits, title } = withDefaults('showTable', options, DEFAULTS);
  checkNumber('showTable', 'digits', digits, { min: 0, max: 20, integer: true });
  if (title !== undefined) checkText('showTable', 'title', title);
  checkRows('showTable', rows);
  const columns = columnsOf(rows);
  if (sortBy !== undefined && !columns.includes(sortBy))
    throw problem('showTable', `there is no column ${shown(sortBy)}`, `columns: ${columns.join(', ')}`);
  const sorted = sortBy === undefined ? rows : sortRows(rows, sortBy, descending);
  const texts = columns.map((column) =>
    columnTexts(
      sorted.map((row) => row[column]),
      digits,
    ),
  );
  const cells = sorted.map((_, r) => texts.map((column) => column[r]));
  const text = [...(title === undefined ? [] : [visibleLine(title)]), textTable([columns, ...cells])].join('\n');
  const sent = display({ 'text/html': tableHtml(title, columns, sorted, cells), 'text/plain': text });
  if (!sent) console.log(text);
}

const DEFAULTS = {
  sortBy: undefined as string | undefined,
  descending: true,
  digits: 4,
  title: undefined as string | undefined,
};

/** Throws unless these are rows: objects, at least one. */
export function checkRows(subject: string, rows: readonly TableRow[]): void {
  if (!Array.isArray(rows) || rows.length === 0)
    throw problem(subject, 'there are no rows', 'pass an array of objects, one per row');
  const wrong = Array.from(rows).findIndex((row) => typeof row !== 'object' || row === null || Array.isArray(row));
  if (wrong >= 0) throw problem(subject, `rows[${wrong}] is ${shown(rows[wrong])}`, 'pass an array of objects, one per row');
}

/** The names that occur in a row, in order of appearance. */
export function columnsOf(rows: readonly TableRow[]): string[] {
  return [...new Set(rows.flatMap((row) => Object.keys(row)))];
}

/** The cells of a column as text: all numbers with as many decimals as one of them needs, at most `digits`; below them `< 0.0001`. */
export function columnTexts(values: readonly unknown[], digits: number): string[] {
  const decimals = Math.max(0, ...values.map((value) => decimalsOf(value, digits)));
  return values.map((value) => tinyText(value, digits) ?? cellText(value, decimals));
}

/** What is smaller than this beside numbers of about 1 is an error of rounding. */
const ROUNDING = 1e-14;

/** `< 0.0001` for a number above 0 that would read 0.0000, as a small p-value would; undefined for any other. */
function tinyText(value: unknown, digits: number): string | undefined {
  if (typeof value !== 'number' || Number(value.toFixed(digits)) !== 0 || Math.abs(value) < ROUNDING) return undefined;
  return `${value > 0 ? '< ' : '> -'}${(10 ** -digits).toFixed(digits)}`;
}

function sortRows(rows: readonly TableRow[], column: string, descending: boolean): TableRow[] {
  const missing = (value: unknown) => value === null || value === undefined || Number.isNaN(value);
  return [...rows].sort((a, b) => {
    const [left, right] = [a[column], b[column]];
    if (missing(left) || missing(right)) return Number(missing(left)) - Number(missing(right));
    const order =
      typeof left === 'number' && typeof right === 'number' ? left - right : String(left).localeCompare(String(right));
    return descending ? -order : order;
  });
}

/** How many decimals a number needs, at most `digits`; 0 for anything else. */
function decimalsOf(value: unknown, digits: number): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) return 0;
  return (
    value
      .toFixed(digits)
      .replace(/\.?0*$/, '')
      .split('.')[1]?.length ?? 0
  );
}

function cellText(value: unknown, decimals: number): string {
  if (value === null || value === undefined || Number.isNaN(value)) return '–';
  if (typeof value === 'number') return Number.isFinite(value) ? formatNumber(value, decimals) : String(value);
  return typeof value === 'object' ? shown(value) : String(value);
}

function tableHtml(
  title: string | undefined,
  columns: readonly string[],
  rows: readonly TableRow[],
  cells: readonly string[][],
): string {
  const numeric = columns.map((column) => rows.some((row) => typeof row[column] === 'number'));
  const align = (k: number) => ` style="text-align:${numeric[k] ? 'right' : 'left'}"`;
  const head = columns.map((column, k) => `<th${align(k)}>${plainHtml(column)}</th>`).join('');
  const body = cells
    .map((row) => `<tr>${row.map((text, k) => `<td${align(k)}>${plainHtml(text)}</td>`).join('')}</tr>`)
    .join('\n');
  const caption = title ? `<caption style="text-align:left;white-space:nowrap">${plainHtml(title)}</caption>` : '';
  return `<table>${caption}<thead><tr>${head}</tr></thead>\n<tbody>\n${body}\n</tbody></table>`;
}
