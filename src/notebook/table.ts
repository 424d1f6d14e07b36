import { problem, withDefaults } from '../utils/errors';
import { formatNumber, textTable } from '../utils/format';
import { escapeHtml } from './html';
import { display } from './tslab';

/** One row of a table: a value per column. */
export type TableRow = Readonly<Record<string, unknown>>;

/** Options of `showTable`. */
export interface TableOptions {
  /** Column to sort by; default: the order of the rows. Missing values come last. */
  sortBy?: string;
  /** Whether the largest comes first; default true. */
  descending?: boolean;
  /** Most decimals of a number; a column gets as many as its numbers need. Default 4. */
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
  const { sortBy, descending, digits, title } = withDefaults('showTable', options, {
    sortBy: '',
    descending: true,
    digits: 4,
    title: '',
  });
  if (!Array.isArray(rows) || rows.length === 0)
    throw problem('showTable', 'there are no rows', 'pass an array of objects, one per row');
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  if (sortBy && !columns.includes(sortBy))
    throw problem('showTable', `there is no column '${sortBy}'`, `columns: ${columns.join(', ')}`);
  const sorted = sortBy ? sortRows(rows, sortBy, descending) : rows;
  const decimals = columns.map((column) => Math.max(0, ...rows.map((row) => decimalsOf(row[column], digits))));
  const cells = sorted.map((row) => columns.map((column, k) => cellText(row[column], decimals[k])));
  const text = [...(title ? [title] : []), textTable([columns, ...cells])].join('\n');
  const shown = display({ 'text/html': tableHtml(title, columns, sorted, cells), 'text/plain': text });
  if (!shown) console.log(text);
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
  if (value === null || value === undefined) return '–';
  if (typeof value === 'number') return Number.isFinite(value) ? formatNumber(value, decimals) : String(value);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function tableHtml(title: string, columns: readonly string[], rows: readonly TableRow[], cells: readonly string[][]): string {
  const numeric = columns.map((column) => rows.some((row) => typeof row[column] === 'number'));
  const align = (k: number) => ` style="text-align:${numeric[k] ? 'right' : 'left'}"`;
  const head = columns.map((column, k) => `<th${align(k)}>${escapeHtml(column)}</th>`).join('');
  const body = cells
    .map((row) => `<tr>${row.map((text, k) => `<td${align(k)}>${escapeHtml(text)}</td>`).join('')}</tr>`)
    .join('\n');
  const caption = title ? `<caption style="text-align:left">${escapeHtml(title)}</caption>` : '';
  return `<table>${caption}<thead><tr>${head}</tr></thead>\n<tbody>\n${body}\n</tbody></table>`;
}
