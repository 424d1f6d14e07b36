import { visibleLine } from './visible';

/** A share as text with `digits` decimals: `0.9876` for (0.98761, 4); `–` where nothing was measured. */
export function formatNumber(value: number | null | undefined, digits = 4): string {
  if (value === null || value === undefined) return '–';
  return Object.is(Math.round(value * 10 ** digits), -0) ? (0).toFixed(digits) : value.toFixed(digits);
}

/** A duration as short text: `0.4 s`, `12 s`, `3 min 05 s`, `1 h 02 min`; `–` where it is not a finite number. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '–';
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${String(whole % 60).padStart(2, '0')} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** A count of bytes as short text: `3.1 MB` (powers of ten). */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  let power = 0;
  while (power < units.length - 1 && bytes >= 999.95 * 1000 ** power) power++; // 999,950 would round to 1000.0 kB
  return `${(bytes / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${units[power]}`;
}

/** A count as short text with three digits: `538`, `269 k`, `1.00 M`, `1.47 M` (powers of ten). */
export function formatCount(count: number): string {
  const units = ['', ' k', ' M', ' G'];
  let power = 0;
  while (power < units.length - 1 && count >= 999.5 * 1000 ** power) power++; // 999,500 would round to 1000 k
  if (power === 0) return String(count);
  const value = count / 1000 ** power;
  return `${value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0)}${units[power]}`;
}

/** Text of at most `max` characters; of a longer one the middle is left out: `kind number 0, k…, kind number 19`. */
export function shortened(text: string, max: number): string {
  const signs = [...text];
  if (signs.length <= max) return text;
  const head = Math.ceil((max - 1) / 2);
  return `${signs.slice(0, head).join('')}…${signs.slice(signs.length - (max - 1 - head)).join('')}`;
}

/** Names made short one by one; where that makes two of them equal, their numbers (from 1) tell them apart. */
export function shortNames(names: readonly string[], shorten: (name: string) => string): string[] {
  const short = names.map(shorten);
  const hidden = (k: number) => short.some((other, j) => other === short[k] && names[j] !== names[k]);
  return short.map((name, k) => (hidden(k) ? shorten(`${k + 1}: ${names[k]}`) : name));
}

/**
 * Rows of text as a table with aligned columns; the first row is the head. Columns whose cells below the head are all
 * numbers are aligned to the right.
 */
export function textTable(table: readonly (readonly string[])[]): string {
  const rows = table.map((row) => row.map(visibleLine)); // a row is a line
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const numeric = widths.map((_, column) => rows.slice(1).every((row) => /^[-–+\d.,%×]/.test(row[column] ?? '')));
  const line = (row: string[]) =>
    row
      .map((cell, column) => (numeric[column] ? cell.padStart(widths[column]) : cell.padEnd(widths[column])))
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '─'.repeat(width)).join('──');
  return [line(rows[0]), rule, ...rows.slice(1).map(line)].join('\n');
}

/** A p-value as tables and figures show it: `0.032`, `< 0.001`. */
export function formatP(p: number): string {
  return p < 0.001 ? '< 0.001' : p.toFixed(3);
}
