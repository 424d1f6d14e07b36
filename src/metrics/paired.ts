import { checkList, checkText, problem, shown, withDefaults } from '../utils/errors';
import { tTail } from './distributions';
import { checkScores, commonBlocks, sameUnit, type MethodScores } from './scores';
import { aggregate, type Aggregate } from './statistics';
import { averageRanks } from './ranks';

/** A method against the baseline, block by block (seed by seed); see `compareWithBaseline`. */
export interface PairedComparison {
  /** The method. */
  name: string;
  /** The differences method − baseline over the blocks both have: mean, standard deviation, interval, number. */
  difference: Aggregate;
  /** Blocks (seeds) that only one of the two has: they are left out. */
  leftOut: string[];
  /** p-value of the paired t-test; null for a single block. */
  p: number | null;
  /** The same, corrected by Holm over all methods of the comparison. */
  pHolm: number | null;
  /** p-value of the exact Wilcoxon signed-rank test; null for a single block. Five blocks give 0.0625 at best. */
  pWilcoxon: number | null;
  /** The same, corrected by Holm over all methods of the comparison. */
  pWilcoxonHolm: number | null;
}

/** Options of `compareWithBaseline`. */
export interface BaselineOptions {
  /** Level of the intervals, between 0 and 1; default 0.95. They are those of each method alone, not corrected. */
  level?: number;
}

/**
 * Compares methods with a baseline that was run on the same blocks (seeds, or streams): the paired differences with their mean and
 * t-interval, a paired t-test, and a Wilcoxon signed-rank test, both two-sided. Because several methods are compared at once,
 * the p-values are corrected by Holm: those at most 0.05 hold together with 95 % confidence.
 *
 * @param scores by method, then by block: `{ naive: { 1: 0.42, 2: 0.44 }, er: { 1: 0.91, 2: 0.90 } }`
 * @param baseline the method that the others are compared with
 * @returns one entry a method other than the baseline, in the order given
 * @throws when the baseline is none of the methods, or shares no block with one of them
 *
 * Source: Holm 1979, "A simple sequentially rejective multiple test procedure"; the tests are Student's and Wilcoxon's.
 */
export function compareWithBaseline(scores: MethodScores, baseline: string, options?: BaselineOptions): PairedComparison[] {
  const { level } = withDefaults('compareWithBaseline', options, { level: 0.95 });
  checkScores('compareWithBaseline', scores);
  checkText('compareWithBaseline', 'baseline', baseline);
  if (!Object.hasOwn(scores, baseline)) {
    const known = `methods: ${Object.keys(scores).join(', ')}`;
    throw problem('compareWithBaseline', `the baseline ${shown(baseline)} has no scores`, known);
  }
  const compared = Object.keys(scores)
    .filter((name) => name !== baseline)
    .map((name) => {
      const { blocks, leftOut } = commonBlocks('compareWithBaseline', { [name]: scores[name], [baseline]: scores[baseline] });
      const differences = blocks.map((block) => scores[name][block] - scores[baseline][block]);
      const several = differences.length > 1;
      return {
        name,
        difference: aggregate(differences, level),
        leftOut,
        p: several ? pairedTTest(differences) : null,
        pWilcoxon: several ? wilcoxonSignedRank(differences) : null,
      };
    });
  const holm = holmOfSome(compared.map(({ p }) => p));
  const wilcoxonHolm = holmOfSome(compared.map(({ pWilcoxon }) => pWilcoxon));
  return compared.map((each, i) => ({ ...each, pHolm: holm[i], pWilcoxonHolm: wilcoxonHolm[i] }));
}

/**
 * Two-sided p-value of the paired t-test: whether the mean of the differences is 0. It assumes differences that are independent and
 * roughly normal.
 *
 * @param differences one number a pair, at least two; differences that are all the same and not 0 give 0, all 0 give 1
 */
export function pairedTTest(differences: readonly number[]): number {
  const { mean, std, n } = aggregate(differences);
  if (std === null) throw problem('pairedTTest', 'there is one difference', 'pass two or more');
  if (sameUnit(std) === 0) return sameUnit(mean) === 0 ? 1 : 0;
  return tTail(mean / (std / Math.sqrt(n)), n - 1);
}

/** Most differences whose distribution is counted out. */
const MOST_PAIRS = 500;

/**
 * Two-sided p-value of the Wilcoxon signed-rank test: whether the differences lie around 0. Exact, by counting all signs, with ties
 * (they share their mean rank); differences of 0 are left out, as Wilcoxon did. It assumes no normal distribution, only a
 * symmetric one. With n pairs the smallest p-value is 2 / 2ⁿ: six pairs are needed to come below 0.05.
 *
 * @param differences one number a pair, 1 to 500 of them; all 0 give 1
 *
 * Source: Wilcoxon 1945, "Individual comparisons by ranking methods".
 */
export function wilcoxonSignedRank(differences: readonly number[]): number {
  const { n } = aggregate(differences);
  if (n > MOST_PAIRS) throw problem('wilcoxonSignedRank', `there are ${n} differences`, `pass at most ${MOST_PAIRS}`);
  const others = differences.map(sameUnit).filter((difference) => difference !== 0);
  // Doubled, ranks are whole numbers also where they are shared.
  const ranks = averageRanks(others.map(Math.abs)).map((rank) => 2 * rank);
  const positive = ranks.reduce((sum, rank, i) => sum + (others[i] > 0 ? rank : 0), 0);
  const total = ranks.reduce((sum, rank) => sum + rank, 0);
  const shares = sharesOfSums(ranks, total);
  const upTo = Math.min(positive, total - positive);
  let tail = 0;
  for (let sum = 0; sum <= upTo; sum++) tail += shares[sum];
  return Math.min(1, 2 * tail);
}

/** For each sum of ranks the share of the 2ⁿ choices of signs whose positive ranks add up to it. */
function sharesOfSums(ranks: readonly number[], total: number): Float64Array {
  const shares = new Float64Array(total + 1);
  shares[0] = 1;
  for (const rank of ranks) {
    for (let sum = total; sum >= 0; sum--) shares[sum] = (shares[sum] + (sum >= rank ? shares[sum - rank] : 0)) / 2;
  }
  return shares;
}

/**
 * p-values of several comparisons, corrected by Holm: the i-th smallest of m is multiplied by m − i + 1, none below one before it,
 * none above 1. Those that are at most α are significant together at level α.
 *
 * @param pValues numbers in [0, 1]
 * @returns the corrected ones, in the order given
 *
 * Source: Holm 1979, "A simple sequentially rejective multiple test procedure".
 */
export function holm(pValues: readonly number[]): number[] {
  checkList('holm', 'pValues', pValues, 0);
  pValues.forEach((p, i) => {
    if (!(typeof p === 'number' && p >= 0 && p <= 1))
      throw problem('holm', `p-value ${i} is ${shown(p)}`, 'pass numbers in [0, 1]');
  });
  const order = pValues.map((_, i) => i).sort((a, b) => pValues[a] - pValues[b]);
  const corrected = Array<number>(pValues.length);
  let largest = 0;
  order.forEach((i, rank) => {
    largest = Math.max(largest, Math.min(1, pValues[i] * (pValues.length - rank)));
    corrected[i] = largest;
  });
  return corrected;
}

/** Holm over the p-values that are there. */
function holmOfSome(pValues: readonly (number | null)[]): (number | null)[] {
  const corrected = holm(pValues.filter((p) => p !== null));
  let next = 0;
  return pValues.map((p) => (p === null ? null : corrected[next++]));
}
