import { basename, extname } from 'node:path';
import { problem, shown } from '../../utils/errors';
import { parseCsv } from './csv';

/** A data frame as far as it is read here; that of danfojs is one. */
export interface FrameLike {
  /** Names of the columns. */
  readonly columns: readonly string[];
  /** Values, row by row. */
  readonly values: ArrayLike<unknown>;
}

/** A table as people have it: rows as objects, rows as arrays, a data frame, or the path of a CSV file. */
export type TableSource = string | readonly object[] | FrameLike;

/** A table of any source. */
export interface Table {
  /** For messages and as the name of a data set. */
  readonly name: string;
  /** Names of the columns. */
  readonly columns: readonly string[];
  /** Cells, row by row. */
  readonly rows: readonly (readonly unknown[])[];
  /** Where a cell stands, for messages: `clients.csv, line 12, column 'age'`. */
  place(row: number, column: string): string;
}

/** What reading a table may need. */
export interface TableReading {
  /** Names of the columns, where rows are arrays. */
  columns: readonly string[] | undefined;
  /** What stands between two values of a CSV file. */
  delimiter: string;
}

/** Reads a table from any source. Rows of arrays, objects and frames are counted from 0, lines of files from 1. */
export function openTable(subject: string, source: unknown, { columns, delimiter }: TableReading): Table {
  if (typeof source === 'string') {
    if (columns !== undefined) throw problem(subject, 'columns are given, but a file names its own', 'leave columns out');
    const { rows, lines, columns: names } = parseCsv(source, delimiter);
    const file = basename(source);
    return table(file.slice(0, file.length - extname(file).length), names, rows, (row) => `${file}, line ${lines[row]}`);
  }
  if (isFrame(source)) return frameTable(subject, source, columns);
  if (!Array.isArray(source)) {
    throw problem(
      subject,
      `the table is ${shown(source)}`,
      'give rows (objects or arrays), a data frame, or the path of a CSV file',
    );
  }
  if (source.length === 0) throw problem(subject, 'the table has no rows', 'give at least one row');
  return Array.isArray(source[0]) ? arrayTable(subject, source, columns) : objectTable(subject, source, columns);
}

export function isFrame(source: unknown): source is FrameLike {
  const { columns, values } = (source ?? {}) as Partial<FrameLike>;
  return !Array.isArray(source) && Array.isArray(columns) && typeof values === 'object' && values !== null && 'length' in values;
}

function table(
  name: string,
  columns: readonly string[],
  rows: readonly (readonly unknown[])[],
  row: (row: number) => string,
): Table {
  return { name, columns, rows, place: (at, column) => `${row(at)}, column ${shown(column)}` };
}

function frameTable(subject: string, { columns, values }: FrameLike, own: readonly string[] | undefined): Table {
  if (own !== undefined) throw problem(subject, 'columns are given, but a data frame names its own', 'leave columns out');
  return arrayTable(subject, Array.from(values), columns);
}

function arrayTable(subject: string, rows: readonly unknown[], columns: readonly string[] | undefined): Table {
  if (!Array.isArray(columns) || columns.length === 0 || !columns.every((name) => typeof name === 'string')) {
    throw problem(subject, `rows are arrays, and columns is ${shown(columns)}`, "name them: columns: ['age', 'income', …]");
  }
  const twice = columns.find((name, c) => columns.indexOf(name) !== c);
  if (twice !== undefined) throw problem(subject, `two columns are named ${shown(twice)}`, 'give each its own name');
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    if (Array.isArray(row) && row.length === columns.length) continue;
    const what = Array.isArray(row) ? `holds ${row.length} values` : `is ${shown(row)}`;
    throw problem(subject, `row ${i} ${what}`, `give one value for each of the ${columns.length} columns`);
  }
  return table('table', columns, rows as unknown[][], (row) => `row ${row}`);
}

function objectTable(subject: string, rows: readonly unknown[], own: readonly string[] | undefined): Table {
  if (own !== undefined)
    throw problem(subject, 'columns are given, but rows are objects, which name their own', 'leave columns out');
  const names = new Set<string>();
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    if (typeof row !== 'object' || row === null || Array.isArray(row)) {
      throw problem(subject, `row ${i} is ${shown(row)}`, 'give an object for each row, as for the first');
    }
    for (const name of Object.keys(row)) names.add(name);
  }
  const columns = [...names];
  const cells = (rows as Record<string, unknown>[]).map((row) =>
    columns.map((name) => (Object.hasOwn(row, name) ? row[name] : undefined)),
  );
  return table('table', columns, cells, (row) => `row ${row}`);
}
