import { groupByMethod, type Run } from '../figures/runs';
import { scoresOf } from '../figures/scores';
import { compareWithBaseline, type PairedComparison } from '../metrics';
import { checkText, problem, shown } from '../utils/errors';
import type { TableRow } from './table';

const NONE: TableRow = { 'Δ ACC': null, 'Δ ±': null, p: null };

/**
 * The columns that compare each row with a baseline: mean difference of ACC, half its 95 % interval, p-value corrected by Holm; and
 * how many seeds were compared, where not all could be.
 *
 * @param runs all runs of the table
 * @param baseline label or method of the row that the others are compared with
 * @returns the columns of a row, by its runs that gave a result
 * @throws when the baseline is none of the rows, or several
 */
export function baselineColumns(runs: readonly Run[], baseline: string): (own: readonly Run[]) => TableRow {
  checkText('summaryRows', 'baseline', baseline);
  const finished = runs.filter(({ failed }) => failed === undefined);
  const groups = groupByMethod(finished);
  const name = baselineName(groups, baseline);
  const scores = finished.length === 0 ? {} : scoresOf(finished);
  const usable = Object.entries(scores).filter(([, own]) => Object.keys(own).some((seed) => seed in scores[name]));
  const compared = usable.length > 1 ? compareWithBaseline(Object.fromEntries(usable), name) : [];
  const someLeftOut = compared.some(({ leftOut }) => leftOut.length > 0);
  return (own) => {
    const row = groups.find(({ items }) => items[0] === own[0])?.name;
    const found = compared.find((one) => one.name === row);
    return { ...(found ? columnsOf(found) : NONE), ...(someLeftOut && { 'Δ seeds': found ? countOf(found) : null }) };
  };
}

function columnsOf({ difference: { mean, high }, pHolm }: PairedComparison): TableRow {
  return { 'Δ ACC': mean, 'Δ ±': high === null ? null : high - mean, p: pHolm };
}

function countOf({ difference: { n }, leftOut }: PairedComparison): string {
  return `${n} of ${n + leftOut.length}`;
}

function baselineName(groups: readonly { name: string; method: string }[], baseline: string): string {
  const exact = groups.filter(({ name }) => name === baseline);
  const fitting = exact.length > 0 ? exact : groups.filter(({ method }) => method === baseline);
  if (fitting.length === 1) return fitting[0].name;
  const reason = `${fitting.length === 0 ? 'no row' : `${fitting.length} rows`} with a result can be the baseline ${shown(baseline)}`;
  throw problem('summaryRows', reason, `name one of ${groups.map(({ name }) => name).join('; ')}`);
}
