import { problem, shown } from '../../utils/errors';
import { RandomStream } from '../../utils/random';
import { nameIn } from './cells';
import { columnIndex } from './columns';
import type { Table } from './source';

/** Numbers of the rows to train on and to test on, ascending. */
export interface RowSplit {
  readonly train: number[];
  readonly test: number[];
}

/** The split that a column says with the words `train` and `test`. */
export function splitByColumn(subject: string, table: Table, column: string): RowSplit {
  const at = columnIndex(subject, table, column);
  const split: RowSplit = { train: [], test: [] };
  table.rows.forEach((row, i) => {
    const place = `${subject}: ${table.place(i, column)}`;
    const word = nameIn(row[at], place);
    if (word !== 'train' && word !== 'test') throw problem(place, `must be 'train' or 'test', got ${shown(row[at])}`);
    split[word].push(i);
  });
  for (const word of ['train', 'test'] as const) {
    if (split[word].length === 0)
      throw problem(subject, `no row says '${word}' in column ${shown(column)}`, `mark some rows with '${word}'`);
  }
  return split;
}

/**
 * A seeded random split, the same share of each class in each domain. Each group is drawn from a stream of its own, so the rows
 * of one domain are split alike whichever others the table holds.
 *
 * @param groupOf class and domain of a row, in words
 * @throws where a group has too few rows to stand on both sides
 */
export function splitByFraction(subject: string, groups: readonly string[], fraction: number, seed: number): RowSplit {
  const members = new Map<string, number[]>();
  groups.forEach((group, row) => (members.get(group) ?? members.set(group, []).get(group)!).push(row));
  const split: RowSplit = { train: [], test: [] };
  for (const [group, rows] of members) {
    if (rows.length < 2) {
      const reason = `there is only one row of ${group}, too few to train on one and test on another`;
      throw problem(subject, reason, 'add rows, leave this one out, or say train and test in a split column');
    }
    const count = Math.min(rows.length - 1, Math.max(1, Math.round(fraction * rows.length)));
    const order = new RandomStream(seed, `table-split/${group}`).permutation(rows.length);
    order.forEach((at, i) => split[i < count ? 'test' : 'train'].push(rows[at]));
  }
  const ascending = (a: number, b: number) => a - b;
  return { train: split.train.sort(ascending), test: split.test.sort(ascending) };
}
