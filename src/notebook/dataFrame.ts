import { dirname } from 'node:path';
import { withPlainTfjs } from '../backend/eager/plainTfjs';
import { problem } from '../utils/errors';
import type { TableRow } from './table';

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
  /** Prints the frame as a text table. */
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
 * `loadDanfo` has done so before.
 *
 * @param rows plain objects with the same columns, e.g. what `showTable` takes
 * @throws when there are no rows or danfojs cannot be loaded
 */
export function toDataFrame(rows: readonly TableRow[]): DataFrame {
  if (!Array.isArray(rows) || rows.length === 0)
    throw problem('toDataFrame', 'there are no rows', 'pass an array of objects, one per row');
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const { DataFrame } = danfo();
  return new DataFrame(
    rows.map((row) => columns.map((column) => row[column] ?? null)),
    { columns },
  );
}

/**
 * Loads danfojs now (about a second), so that the first `toDataFrame` need not wait for it: for a notebook's import cell.
 * Never fails; where danfojs cannot be loaded, `toDataFrame` says why.
 */
export function loadDanfo(): void {
  try {
    requireDanfo();
  } catch {
    // Everything but toDataFrame works without it.
  }
}

interface Danfo {
  DataFrame: new (values: unknown[][], options: { columns: string[] }) => DataFrame;
}

function danfo(): Danfo {
  try {
    return requireDanfo();
  } catch (error) {
    throw problem(
      'toDataFrame',
      `danfojs-node does not load: ${(error as Error).message.split('\n')[0]}`,
      'run `npm run doctor`; showTable works without it',
    );
  }
}

function requireDanfo(): Danfo {
  return withPlainTfjs(() => require('danfojs-node') as Danfo, dirname(require.resolve('danfojs-node')));
}
