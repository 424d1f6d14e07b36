import { shortened, textTable } from '../utils/format';
import { columnTexts } from './table';

/** What is read of a danfojs DataFrame. */
export interface FrameContent {
  readonly columns: readonly string[];
  readonly index: readonly (string | number)[];
  readonly values: readonly (readonly unknown[])[];
}

/** Characters of a line: fits a notebook cell in a window of 1440 pixels beside the file browser, and a page. */
const WIDTH = 100;
/** Characters of a cell. */
const CELL = 40;

/**
 * A data frame as a text table without broken lines: columns as wide as their contents; those that do not fit into a line
 * of 100 characters follow below, with the index once more.
 *
 * @param rows how many rows are shown at most
 */
export function frameText({ columns, index, values }: FrameContent, rows: number): string {
  const shown = values.slice(0, rows);
  const label = (k: number) => shortened(String(index[k]), CELL);
  const texts = columns.map((name, c) => {
    const cells = columnTexts(
      shown.map((row) => row[c]),
      6,
    );
    return [name, ...cells].map((text) => shortened(text, CELL));
  });
  const first = ['', ...shown.map((_, k) => label(k))];
  const blocks = blocksOf([first, ...texts]);
  const tables = blocks.map((block) => textTable(first.map((_, r) => block.map((column) => column[r]))));
  const rest = values.length > rows ? [`… and ${values.length - rows} more rows (${values.length} in all)`] : [];
  return [...tables, ...rest].join('\n\n');
}

/** Columns in groups that fit into a line, each group with the first column before it. */
function blocksOf([first, ...columns]: string[][]): string[][][] {
  const widthOf = (column: string[]) => 2 + Math.max(...column.map((text) => text.length));
  const blocks: string[][][] = [];
  let used = Infinity;
  for (const column of columns) {
    if (used + widthOf(column) > WIDTH) {
      blocks.push([first]);
      used = widthOf(first);
    }
    blocks[blocks.length - 1].push(column);
    used += widthOf(column);
  }
  return blocks.length > 0 ? blocks : [[first]];
}
