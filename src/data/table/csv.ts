import { parse, type CsvError, type Info } from 'csv-parse/sync';
import { checkText, problem, shown, withDefaults } from '../../utils/errors';
import { formatBytes } from '../../utils/format';
import { readBytes } from '../files/readBytes';
import { booleanIn, isMissing, numberIn } from './cells';

/** What `readCsv` takes. */
export interface CsvOptions {
  /** What stands between two values. Default: `,`. */
  delimiter?: string;
}

/** The text of a CSV file. */
export interface CsvText {
  /** Names of the columns, from the first line. */
  columns: string[];
  /** Values as text, without blanks around them. */
  rows: string[][];
  /** The line of the file on which each row ends, from 1. */
  lines: number[];
}

/**
 * Reads a table from a CSV file (RFC 4180: names in the first line, quotes where values need them; UTF-8). Columns that hold
 * numbers only become numbers, those that hold true and false only become booleans, other values stay text; empty cells are null.
 *
 * @param file path of the file
 * @returns one object a row, as `datasetFromTable`, `showTable` and `toDataFrame` take them
 * @throws when the file is no regular file, cannot be read, is not UTF-8, or a row has more or fewer values than the header
 */
export function readCsv(file: string, options?: CsvOptions): Record<string, string | number | boolean | null>[] {
  const { delimiter } = withDefaults('readCsv', options, { delimiter: ',' });
  const { columns, rows } = parseCsv(file, delimiter);
  const readers = columns.map((_, c) => {
    const cells = rows.map((row) => row[c]).filter((cell) => !isMissing(cell));
    return [numberIn, booleanIn].find((read) => cells.length > 0 && cells.every((cell) => read(cell) !== undefined));
  });
  const valueOf = (cell: string, c: number) => (isMissing(cell) ? null : (readers[c]?.(cell) ?? cell));
  return rows.map((row) => Object.fromEntries(row.map((cell, c) => [columns[c], valueOf(cell, c)])));
}

/** Reads the text of a CSV file; see `readCsv`. */
export function parseCsv(file: string, delimiter: string): CsvText {
  checkText('CSV', 'the file', file);
  if (typeof delimiter !== 'string' || delimiter === '') throw problem(file, `delimiter must be text, got ${shown(delimiter)}`);
  const records = parsed(file, textOf(file), delimiter);
  if (records.length === 0) throw problem(file, 'is empty', 'the first line names the columns');
  const [head, ...rest] = records;
  const columns = head.record;
  columns.forEach((name, c) => {
    const first = columns.indexOf(name);
    if (first !== c)
      throw problem(file, `columns ${first + 1} and ${c + 1} are both named ${shown(name)}`, 'give each its own name');
  });
  for (const { record, info } of rest) {
    if (record.length === columns.length) continue;
    const reason = `line ${info.lines} holds ${record.length} values, the first line names ${columns.length} columns`;
    throw problem(file, reason, `check its '${delimiter}' and quotes`);
  }
  return { columns, rows: rest.map(({ record }) => record), lines: rest.map(({ info }) => info.lines) };
}

/** Largest file: its text and rows have to fit into memory beside each other. */
const MAX_BYTES = 256e6;

function textOf(file: string): string {
  const checkSize = (_head: Buffer, size: number) => {
    if (size <= MAX_BYTES) return;
    throw problem(
      file,
      `holds ${formatBytes(size)}, at most ${formatBytes(MAX_BYTES)} are read`,
      'leave out columns, or split it',
    );
  };
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readBytes(file, 0, checkSize)); // drops a byte order mark
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_ENCODING_INVALID_ENCODED_DATA') throw error;
    throw problem(file, 'is no UTF-8 text', 'save it as CSV in UTF-8');
  }
}

function parsed(file: string, text: string, delimiter: string): { record: string[]; info: Info }[] {
  try {
    const options = { delimiter, info: true, relax_column_count: true, skip_empty_lines: true, trim: true } as const;
    return parse(text, options) as unknown as { record: string[]; info: Info }[];
  } catch (error) {
    const { code, lines } = error as CsvError & { lines?: number };
    if (!code?.startsWith('CSV_')) throw error;
    throw problem(file, `line ${lines ?? 1} is not CSV (${code})`, 'close every quote, and double the quotes inside a value');
  }
}
