import { dirname } from 'node:path';
import { withPlainTfjs } from '../backend/eager/plainTfjs';
import { problem } from '../utils/errors';
import { optionalPackage } from '../utils/optionalPackage';
import { frameText, type FrameContent } from './frameText';
import { checkRows, columnsOf, type TableRow } from './table';

/**
 * A danfojs DataFrame, as far as this library describes it; everything else that danfojs offers (`groupby`, `query`, …) is
 * there too, without types. For the complete types import `danfojs-node` itself.
 */
export interface DataFrame {
  /** Rows and columns. */
  readonly shape: [number, number];
  /** Names of the columns. */
  readonly columns: string[];
  /** Values, row by row. */
  readonly values: unknown[][];
  /** Prints the frame as a text table, the first 10 rows of it, in lines of at most 100 characters. */
  print(): void;
  /** The first `rows` rows; default 5. */
  head(rows?: number): DataFrame;
  /** A copy sorted by a column. */
  sortValues(column: string, options?: { ascending?: boolean }): DataFrame;
  /** Everything else of danfojs. */
  [name: string]: any;
}

/**
 * Hands rows over as a danfojs DataFrame, for analyses of your own. The first call loads danfojs (about a second) unless
 * `loadDanfo` has done so before. A missing number becomes NaN, which danfojs leaves out of counts and shows as missing; means
 * over it are NaN, and `frame.dropNa()` leaves such rows out. Text stays text, also where it looks like a number.
 *
 * @param rows plain objects with the same columns, e.g. what `showTable` takes
 * @throws when there are no rows or danfojs cannot be loaded
 */
export function toDataFrame(rows: readonly TableRow[]): DataFrame {
  checkRows('toDataFrame', rows);
  const columns = columnsOf(rows);
  const dtypes = columns.map((column) => dtypeOf(rows.map((row) => row[column])));
  const { DataFrame } = danfo();
  return new DataFrame(
    // danfojs reads null in a column of numbers as 0, and stops at one among true and false
    rows.map((row) => columns.map((column, k) => row[column] ?? (dtypes[k] === 'string' ? null : NaN))),
    { columns, dtypes },
  );
}

/** danfojs's name for what a column holds; said here because danfojs guesses, and takes the text '1' for a number. */
function dtypeOf(values: readonly unknown[]): 'int32' | 'float32' | 'boolean' | 'string' {
  const known = values.filter((value) => value !== null && value !== undefined);
  const all = (type: string) => known.every((value) => typeof value === type);
  if (known.length > 0 && all('boolean')) return 'boolean';
  if (!all('number')) return 'string';
  const whole = known.length === values.length && known.every((value) => Number(value) === (Number(value) | 0));
  return whole ? 'int32' : 'float32';
}

/**
 * Loads danfojs now (about a second), so that the first `toDataFrame` need not wait for it: for a notebook's import cell.
 * Never fails; where danfojs cannot be loaded, `toDataFrame` says why.
 */
export function loadDanfo(): void {
  try {
    requireDanfo(entryOfDanfo());
  } catch {
    // Everything but toDataFrame works without it.
  }
}

interface Danfo {
  DataFrame: new (values: unknown[][], options: { columns: string[]; dtypes: string[] }) => DataFrame;
}

function danfo(): Danfo {
  const entry = entryOfDanfo();
  try {
    return requireDanfo(entry);
  } catch (error) {
    throw problem(
      'toDataFrame',
      `danfojs-node does not load: ${(error as Error).message.split('\n')[0]}`,
      'run `npm run doctor`; showTable works without it',
    );
  }
}

function entryOfDanfo(): string {
  return optionalPackage('toDataFrame', 'danfojs-node', () => require.resolve('danfojs-node'), 'use showTable');
}

function requireDanfo(entry: string): Danfo {
  const danfojs = withPlainTfjs(() => require('danfojs-node') as Danfo, dirname(entry));
  printWithoutBrokenLines(danfojs.DataFrame.prototype);
  return danfojs;
}

/**
 * danfojs gives each column 17 characters, so that seven of them break the lines of a notebook cell. What all its frames
 * print comes from one method, which is replaced; its values, files and everything else stay as they are.
 */
function printWithoutBrokenLines(prototype: object): void {
  let owner = prototype;
  while (!Object.hasOwn(owner, 'toString') && Object.getPrototypeOf(owner)) owner = Object.getPrototypeOf(owner) as object;
  owner.toString = function (this: FrameContent & { config: { getMaxRow: number } }): string {
    return frameText(this, this.config.getMaxRow);
  };
}
