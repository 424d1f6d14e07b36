import type { Cell, RunRow } from '../../experiments/store/runRow';

/**
 * Rows as CSV (RFC 4180, UTF-8) with one column for each name that occurs. Text that a spreadsheet would take for a formula begins
 * with an apostrophe there.
 */
export function csvOf(rows: readonly RunRow[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const lines = [columns.map(cellText), ...rows.map((row) => columns.map((column) => cellText(row[column] ?? null)))];
  return lines.map((line) => `${line.join(',')}\r\n`).join('');
}

function cellText(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  const text = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
}
