import { checkList, checkNumber, problem, withDefaults } from '../utils/errors';
import { chiSquaredTail } from './distributions';
import { checkScores, commonBlocks, sameUnit, type MethodScores } from './scores';
import { mean } from './statistics';

/** The place of a method among others. */
export interface RankedMethod {
  /** The method. */
  name: string;
  /** Mean of its ranks over the blocks; 1 is best. */
  rank: number;
}

/** Methods in the order of their mean ranks, with the tests that say which differ; see `rankMethods`. */
export interface Ranking {
  /** The methods, best first. */
  methods: RankedMethod[];
  /** The blocks (seeds, streams) that were ranked. */
  blocks: string[];
  /** Blocks that not all methods have: they are left out. */
  leftOut: string[];
  /** Friedman's χ². */
  statistic: number;
  /** Its p-value, with one degree of freedom less than there are methods. */
  p: number;
  /** Nemenyi's critical difference at 0.05: mean ranks that lie closer are not told apart. */
  criticalDifference: number;
  /** Groups of methods that are not told apart: the largest ones with two methods or more, best first. */
  groups: string[][];
}

/** Options of `rankMethods`. */
export interface RankOptions {
  /** Whether a larger score is better; default true. False for forgetting and time. */
  higherIsBetter?: boolean;
}

/**
 * Ranks methods within each block (seed, or stream) and averages: Friedman's test says whether any differ, Nemenyi's critical
 * difference which. With seeds of one stream as blocks, the answer holds for that stream; to speak of streams in general, take one
 * number a stream (mean over its seeds), so that the blocks are streams. Needs many blocks: below about ten, Friedman's p-value is
 * rough.
 *
 * @param scores by method, then by block; blocks that not all methods have are left out and named
 * @throws when there are fewer than two methods, more than 30, or fewer than two common blocks
 *
 * Source: Demšar 2006, "Statistical comparisons of classifiers over multiple data sets", section 3.2.
 */
export function rankMethods(scores: MethodScores, options?: RankOptions): Ranking {
  const { higherIsBetter } = withDefaults('rankMethods', options, { higherIsBetter: true });
  checkScores('rankMethods', scores);
  const names = Object.keys(scores);
  const { blocks, leftOut } = commonBlocks('rankMethods', scores);
  const criticalDifference = nemenyiDifference(names.length, blocks.length);
  const sign = higherIsBetter ? -1 : 1;
  const table = blocks.map((block) => names.map((name) => sign * scores[name][block])); // [blocks, methods]
  const ranks = table.map(averageRanks);
  const methods = names.map((name, m) => ({ name, rank: mean(ranks.map((row) => row[m])) })).sort((a, b) => a.rank - b.rank);
  return { methods, blocks, leftOut, ...friedmanTest(table), criticalDifference, groups: groupsOf(methods, criticalDifference) };
}

/**
 * Friedman's test: whether the columns of a table differ, from the ranks within its rows. χ² with k − 1 degrees of freedom, corrected
 * for ties.
 *
 * @param table [blocks n, methods k], at least 2 of each; rows that are all ties everywhere give χ² 0 and p 1
 *
 * Source: Friedman 1937; Conover 1999, "Practical nonparametric statistics", 5.8.
 */
export function friedmanTest(table: readonly (readonly number[])[]): { statistic: number; p: number } {
  checkList('friedmanTest', 'table', table);
  table.forEach((row, i) => checkList('friedmanTest', `table[${i}]`, row));
  const n = table.length;
  const k = table[0]?.length ?? 0;
  if (n < 2 || k < 2 || table.some((row) => row.length !== k)) {
    throw problem(
      'friedmanTest',
      `the table has ${n} rows of ${k} columns`,
      'pass at least two rows and columns, all rows alike',
    );
  }
  const ranks = table.map(averageRanks);
  const sums = table[0].map((_, m) => ranks.reduce((sum, row) => sum + row[m], 0));
  const expected = (n * (k + 1)) / 2;
  const between = sums.reduce((sum, own) => sum + (own - expected) ** 2, 0);
  // What the ranks of all rows vary: n·k·(k² − 1)/12 without ties.
  const within = ranks.flat().reduce((sum, rank) => sum + (rank - (k + 1) / 2) ** 2, 0);
  const statistic = within === 0 ? 0 : ((k - 1) * between) / within;
  return { statistic, p: chiSquaredTail(statistic, k - 1) };
}

/**
 * Ranks of numbers, the smallest has rank 1; equal numbers share the mean of their ranks.
 *
 * @param values finite numbers; [3, 1, 3] gives [2.5, 1, 2.5]
 */
export function averageRanks(values: readonly number[]): number[] {
  values.forEach((value, i) => checkNumber('averageRanks', `value ${i}`, value));
  const rounded = values.map(sameUnit);
  return rounded.map((value) => {
    const smaller = rounded.filter((other) => other < value).length;
    const equal = rounded.filter((other) => other === value).length;
    return smaller + (equal + 1) / 2;
  });
}

/**
 * q of Nemenyi's test at α = 0.05 for 2 … 30 methods: the 0.95 quantile of the studentised range with infinitely many degrees of
 * freedom, divided by √2. Those up to 10 are Demšar's table 5 (a); all were computed with SciPy (`test/metrics/fromScipy.py`).
 */
const NEMENYI_Q = [
  1.96, 2.3437, 2.569, 2.7278, 2.8497, 2.9483, 3.0309, 3.1017, 3.1637, 3.2187, 3.268, 3.3127, 3.3536, 3.3912, 3.426, 3.4584,
  3.4887, 3.5171, 3.5438, 3.569, 3.5929, 3.6156, 3.6373, 3.6579, 3.6776, 3.6964, 3.7145, 3.7319, 3.7486,
];

/**
 * Nemenyi's critical difference of mean ranks at α = 0.05: q √(k (k + 1) / (6 n)).
 *
 * @param methods k, from 2 to 30
 * @param blocks n, at least 2
 *
 * Source: Nemenyi 1963; Demšar 2006, section 3.2.2.
 */
export function nemenyiDifference(methods: number, blocks: number): number {
  const most = NEMENYI_Q.length + 1;
  checkNumber('nemenyiDifference', 'the number of methods', methods, { min: 2, max: most, integer: true });
  checkNumber('nemenyiDifference', 'the number of blocks (seeds or streams)', blocks, { min: 2, integer: true });
  return NEMENYI_Q[methods - 2] * Math.sqrt((methods * (methods + 1)) / (6 * blocks));
}

/** The largest stretches of the ordered methods that are no further apart than the critical difference. */
function groupsOf(methods: readonly RankedMethod[], difference: number): string[][] {
  const groups: string[][] = [];
  let reached = 0;
  methods.forEach(({ rank }, first) => {
    let end = first;
    while (end < methods.length && methods[end].rank - rank <= difference) end++;
    if (end - first > 1 && end > reached) groups.push(methods.slice(first, end).map(({ name }) => name));
    reached = Math.max(reached, end);
  });
  return groups;
}
