import type { Ranking } from '../metrics/ranks';
import { checkList, checkNumber, checkText, problem, shown, withDefaults } from '../utils/errors';
import { formatNumber, formatP } from '../utils/format';
import { axis, TEXT_GREY, type Figure } from './figure';
import { frame } from './layout';
import { methodColor, methodOfLabel } from './palette';
import { plainText, shortLabel, tickLabel } from './text';

/** Options of `criticalDifferenceFigure`. */
export interface CriticalDifferenceFigureOptions {
  /** Heading; default `Which methods differ`. */
  title?: string;
  /** What the blocks are; default `seeds`. */
  blocks?: string;
}

/** Pixels of a method's row. */
const ROW = 30;

/** Most blocks that are named one by one. */
const NAMED = 8;

/**
 * A critical difference diagram: a mark at the mean rank of each method, best on top, and a line beside those that are not told
 * apart (Nemenyi, 0.05).
 *
 * @param ranking what `rankMethods` returned
 * @example criticalDifferenceFigure(rankMethods(scoresOf(runs)))
 *
 * Source: Demšar 2006, figure 1; one row a method, so that names never lie upon each other.
 */
export function criticalDifferenceFigure(ranking: Ranking, options?: CriticalDifferenceFigureOptions): Figure {
  const { title, blocks } = withDefaults('criticalDifferenceFigure', options, { title: 'Which methods differ', blocks: 'seeds' });
  checkText('criticalDifferenceFigure', 'blocks', blocks);
  checkRanking(ranking);
  const { methods, groups } = ranking;
  const rows = new Map(methods.map(({ name }, i) => [name, methods.length - 1 - i])); // best on top
  const last = Math.max(...methods.map(({ rank }) => rank));
  return {
    data: [
      ...groups.map((group, g) => line(group, rows, last + 0.35 + 0.2 * g)),
      ...methods.map(({ name, rank }) => mark(name, rank, rows.get(name)!)),
    ],
    layout: frame(
      'criticalDifferenceFigure',
      { title, notes: notes(ranking, blocks), plotHeight: 24 + ROW * methods.length },
      {
        xaxis: axis('mean rank (1 is best)', {
          range: [0.75, last + 0.6 + 0.2 * groups.length],
          ...(last < 13 && { tick0: 1, dtick: 1 }),
        }),
        yaxis: axis('', {
          range: [-0.6, methods.length - 0.4],
          tickvals: [...rows.values()],
          ticktext: [...rows.keys()].map((name) => tickLabel(name, 28, 2)),
          showgrid: false,
        }),
      },
    ),
  };
}

function mark(name: string, rank: number, row: number): Record<string, unknown> {
  return {
    type: 'scatter',
    mode: 'markers',
    name: shortLabel(name),
    x: [rank],
    y: [row],
    marker: { size: 13, color: methodColor(methodOfLabel(name)) },
    cliponaxis: false,
    hoverinfo: 'text',
    hovertext: [`${plainText(name)}: mean rank ${formatNumber(rank, 2)}`],
  };
}

/** The line beside methods that are not told apart. */
function line(group: readonly string[], rows: ReadonlyMap<string, number>, x: number): Record<string, unknown> {
  const places = group.map((name) => rows.get(name)!);
  return {
    type: 'scatter',
    mode: 'lines',
    x: [x, x],
    y: [Math.max(...places) + 0.15, Math.min(...places) - 0.15],
    line: { color: TEXT_GREY, width: 5 },
    hoverinfo: 'text',
    hovertext: Array<string>(2).fill(`not told apart: ${plainText(group.join(', '))}`),
  };
}

function notes({ statistic, p, criticalDifference, blocks, leftOut, groups }: Ranking, name: string): string[] {
  const difference = `the critical difference ${formatNumber(criticalDifference, 2)} (Nemenyi)`;
  const apart =
    groups.length > 0
      ? `A line joins methods that are not told apart at 0.05: their mean ranks lie within ${difference}.`
      : `All methods are told apart at 0.05: their mean ranks lie further apart than ${difference}.`;
  const more = leftOut.length > NAMED ? [`${leftOut.length - NAMED} more`] : [];
  return [
    `Friedman's test over ${blocks.length}${leftOut.length > 0 ? ` of ${blocks.length + leftOut.length}` : ''} ${name}: χ² ${formatNumber(statistic, 2)}, p ${formatP(p)}.`,
    apart,
    ...(leftOut.length > 0 ? [`Left out, as not all have a result: ${[...leftOut.slice(0, NAMED), ...more].join(', ')}.`] : []),
  ];
}

/** Throws unless this is a ranking, which may have been saved as JSON and read again. */
function checkRanking(ranking: Ranking): void {
  const subject = 'criticalDifferenceFigure';
  if (typeof ranking !== 'object' || ranking === null)
    throw problem(subject, `the ranking is ${shown(ranking)}`, 'pass what rankMethods returned');
  checkList(subject, 'methods', ranking.methods, 2);
  ranking.methods.forEach((method, i) => {
    if (typeof method !== 'object' || method === null) throw problem(subject, `methods[${i}] is ${shown(method)}`);
    checkText(`${subject}: methods[${i}]`, 'name', method.name);
    checkNumber(`${subject}: methods[${i}]`, 'rank', method.rank, { min: 1 });
  });
  for (const name of ['statistic', 'p', 'criticalDifference'] as const) checkNumber(subject, name, ranking[name], { min: 0 });
  checkList(subject, 'blocks', ranking.blocks, 2);
  checkList(subject, 'leftOut', ranking.leftOut, 0);
  checkList(subject, 'groups', ranking.groups, 0);
  const known = ranking.methods.map(({ name }) => name);
  ranking.groups.forEach((group, i) => {
    checkList(subject, `groups[${i}]`, group, 2);
    const wrong = group.find((name) => !known.includes(name));
    if (wrong !== undefined) throw problem(subject, `groups[${i}] names ${shown(wrong)}, which is none of the methods`);
  });
}
