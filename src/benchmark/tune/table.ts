import { textTable } from '../../utils/format';
import { visibleLine } from '../../utils/visible';
import { findMethod } from '../../methods';
import { notesOn, rowsOf, spread, tablesOf } from '../rows';
import { checkSearch, diverges } from './choose';
import type { ScoredPoint, TuningOutcome } from './choose';
import { optionNames } from './points';

/** The points of a search as text: options, accuracy on validation data (mean ± half the 95 % interval), and which was chosen. */
export function tuningTable(outcome: TuningOutcome): string {
  checkSearch('tuningTable', 'outcome', outcome);
  const { tuning, points, chosen, whyNot } = outcome;
  const names = optionNames(points.map(({ options }) => options));
  const cells = points.map((point) => [
    ...names.map((name) => String(point.options[name])),
    inWords(point),
    point === chosen ? 'chosen' : '',
  ]);
  const runs = points.flatMap(({ finished, failed }) => [...finished, ...failed]);
  const [where] = tablesOf(runs);
  return [
    `${findMethod(tuning.method).label}, ${tuning.scenario}`,
    ...(where ? [where.head] : []),
    `\n${textTable([[...names, 'ACC (validation)', ''], ...cells])}`,
    ...edgesOf(names, points, chosen),
    ...(whyNot === undefined ? [] : [`\nNo options chosen: ${visibleLine(whyNot)}`]),
    ...notesOn(rowsOf(runs)).map((note, i) => `${i === 0 ? '\n' : ''}${note}`),
  ].join('\n');
}

/** Where a number was chosen that is the smallest or largest of several, a better one may lie beyond it. */
function edgesOf(names: readonly string[], points: readonly ScoredPoint[], chosen: ScoredPoint | undefined): string[] {
  const edges = names.flatMap((name) => {
    const values = points.map(({ options }) => options[name]).filter((value) => typeof value === 'number');
    const [least, most] = [Math.min(...values), Math.max(...values)];
    const value = chosen?.options[name];
    return least < most && (value === least || value === most) ? [`${name} ${value} of ${least} to ${most}`] : [];
  });
  return edges.length === 0 ? [] : [`\nChosen at the edge of the grid: ${edges.join(', ')}`];
}

function inWords({ runs, finished, failed }: ScoredPoint): string {
  if (failed.length > 0) return `${failed.every(diverges) ? 'diverged' : 'failed'}, ${failed.length} of ${runs.length}`;
  return finished.length < runs.length ? 'not finished' : spread(finished, ({ metrics }) => metrics.acc);
}
