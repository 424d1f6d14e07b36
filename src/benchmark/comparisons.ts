import type { FinalRun } from '../experiments/failedRun';
import { higherIsBetter, scoresOf } from '../figures/scores';
import { compareWithBaseline, mean, METRIC_TEXTS, rankMethods } from '../metrics';
import type { MethodScores, MetricName, PairedComparison, Ranking } from '../metrics';
import { problem, shown } from '../utils/errors';
import { formatNumber, formatP, textTable } from '../utils/format';
import { rowsOf } from './rows';
import type { Row, TableOfRuns } from './rows';

/** What the methods of a table are compared by. */
export interface Comparing {
  /** The metric; default ACC. */
  metric?: MetricName;
  /** Method or label of the row that the others are compared with; default none. */
  baseline?: string;
}

/** The metrics that runs are compared by at the command line. */
export const COMPARED_METRICS: readonly MetricName[] = ['acc', 'bwt', 'fm', 'averageIncrementalAccuracy'];

/** A metric of rows by label and seed. Rows that gave no result at all are not there. */
function scoresOfRows(rows: readonly Row[], metric: MetricName): MethodScores {
  const runs = rows.flatMap(({ label, runs: own }) => own.map((run) => ({ ...run, label })));
  return runs.length === 0 ? {} : scoresOf(runs, metric);
}

/** A table of differences: its head, its rows, and what is to be said of it. */
export interface Differences {
  /** `ACC less that of Naive` */
  title: string;
  /** Names of the columns. */
  head: string[];
  /** One row a method. */
  cells: string[][];
  /** What the columns are, and which seeds were left out. */
  notes: string[];
}

/**
 * The rows of a table against a baseline, paired by seed.
 *
 * @throws when no row of the table, or more than one, is the baseline
 */
export function differencesOf(rows: readonly Row[], baseline: string, metric: MetricName): Differences {
  const own = baselineOf(rows, baseline);
  const scores = scoresOfRows(rows, metric);
  const label = METRIC_TEXTS[metric].label;
  const usable = Object.entries(scores).filter(([, values]) => Object.keys(values).some((seed) => seed in (scores[own] ?? {})));
  const compared = usable.length > 1 ? compareWithBaseline(Object.fromEntries(usable), own) : [];
  const without = rows.filter((row) => row.label !== own && !compared.some(({ name }) => name === row.label));
  return {
    title: `${label} less that of ${own}`,
    head: ['Method', `Δ ${label}`, '95 % interval', 'Seeds', 'p (t, Holm)', 'p (Wilcoxon, Holm)'],
    cells: compared.map(cellsOf),
    notes: [
      'Paired by seed. p: two-sided, corrected by Holm for the number of methods; five seeds give Wilcoxon 0.0625 at best.',
      ...compared
        .filter(({ leftOut }) => leftOut.length > 0)
        .map(({ name, leftOut }) => `${name}: without seeds ${leftOut.join(', ')}`),
      ...without.map((row) => `${row.label}: no seed with a result in common with ${own}`),
    ],
  };
}

function cellsOf({ name, difference: { mean: centre, low, high, n }, pHolm, pWilcoxonHolm }: PairedComparison): string[] {
  const interval = low === null || high === null ? '–' : `${formatNumber(low)} to ${formatNumber(high)}`;
  const p = (value: number | null) => (value === null ? '–' : formatP(value));
  return [name, formatNumber(centre), interval, String(n), p(pHolm), p(pWilcoxonHolm)];
}

/** The label of the one row that is the baseline: by its label, else by its method, else by a part of its label. */
function baselineOf(rows: readonly Row[], baseline: string): string {
  const methodOf = ({ runs, failed }: Row) => [...runs, ...failed][0].method;
  const ways: ((row: Row) => boolean)[] = [
    ({ label }) => label === baseline,
    (row) => methodOf(row) === baseline,
    ({ label }) => label.includes(baseline),
  ];
  const fitting = ways.map((way) => rows.filter(way)).find((found) => found.length > 0) ?? [];
  if (fitting.length === 1) return fitting[0].label;
  const reason = fitting.length === 0 ? 'no row' : `${fitting.length} rows`;
  throw problem(
    'baseline',
    `${reason} of a table can be ${shown(baseline)}`,
    `its rows: ${rows.map(({ label }) => label).join(', ')}`,
  );
}

/** The ranking of a table's rows over the seeds that all of them have; undefined where there are too few of either. */
export function rankingOf(rows: readonly Row[], metric: MetricName): Ranking | undefined {
  return ranked(scoresOfRows(rows, metric), metric);
}

/**
 * The ranking over tables, which stand for streams: each gives one number a method, its mean over the seeds. Methods that are not in
 * all tables are left out.
 */
export function rankingOver(tables: readonly TableOfRuns[], metric: MetricName): Ranking | undefined {
  const means = tables.map(({ runs }) => meansOf(runs, metric));
  const names = [...means[0].keys()].filter((name) => means.every((own) => own.has(name)));
  const scores = names.map(
    (name) => [name, Object.fromEntries(means.map((own, i) => [tables[i].head, own.get(name)!]))] as const,
  );
  return ranked(Object.fromEntries(scores), metric);
}

function meansOf(runs: readonly FinalRun[], metric: MetricName): Map<string, number> {
  const scores = Object.entries(scoresOfRows(rowsOf(runs), metric)).map(([name, own]) => [name, Object.values(own)] as const);
  return new Map(scores.filter(([, values]) => values.length > 0).map(([name, values]) => [name, mean(values)]));
}

/** Fewest methods and blocks that a ranking says something about. */
const FEWEST = 3;

function ranked(scores: MethodScores, metric: MetricName): Ranking | undefined {
  const methods = Object.values(scores);
  if (methods.length < FEWEST || methods.length > 30) return undefined;
  const common = Object.keys(methods[0]).filter((block) => methods.every((own) => Object.hasOwn(own, block)));
  return common.length < FEWEST ? undefined : rankMethods(scores, { higherIsBetter: higherIsBetter(metric) });
}

/** Differences from the baseline, where one is asked for, and ranks as text; empty where there is nothing to say. */
export function comparisonsText(runs: readonly FinalRun[], { metric = 'acc', baseline }: Comparing): string {
  const rows = rowsOf(runs);
  const ranking = rankingOf(rows, metric);
  return [
    ...(baseline === undefined ? [] : [differencesText(differencesOf(rows, baseline, metric))]),
    ...(ranking ? [rankingText(ranking, metric, 'seeds')] : []),
  ]
    .map((text) => `\n\n${text}`)
    .join('');
}

function differencesText({ title, head, cells, notes }: Differences): string {
  return `${title}\n\n${cells.length > 0 ? `${textTable([head, ...cells])}\n` : ''}${notes.join('\n')}`;
}

/** A ranking in words. */
export function rankingText(ranking: Ranking, metric: MetricName, blocks: string): string {
  const { methods, blocks: ranks, statistic, p, criticalDifference, groups, leftOut } = ranking;
  return [
    `Mean ranks by ${METRIC_TEXTS[metric].label} over ${ranks.length} ${blocks}: ${methods.map(({ name, rank }) => `${name} ${formatNumber(rank, 2)}`).join(', ')}`,
    `Friedman χ² ${formatNumber(statistic, 2)}, p ${formatP(p)}; critical difference ${formatNumber(criticalDifference, 2)} (Nemenyi, 0.05)`,
    groups.length > 0 ? `Not told apart: ${groups.map((group) => group.join(', ')).join('; ')}` : 'All are told apart.',
    ...(leftOut.length > 0 ? [`Left out, as not all have a result: ${leftOut.join(', ')}`] : []),
  ].join('\n');
}
