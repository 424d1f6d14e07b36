import { textTable } from '../../utils/format';
import { visibleLine } from '../../utils/visible';
import { findMethod } from '../../methods';
import { notesOn, rowsOf, spread, tablesOf } from '../rows';
import { diverges } from './choose';
import type { ScoredPoint, TuningOutcome } from './choose';
import { optionNames } from './points';

/** The points of a search as text: options, accuracy on validation data (mean ± half the 95 % interval), and which was chosen. */
export function tuningTable({ tuning, points, chosen, whyNot }: TuningOutcome): string {
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
    ...(whyNot === undefined ? [] : [`\nNo options chosen: ${visibleLine(whyNot)}`]),
    ...notesOn(rowsOf(runs)).map((note, i) => `${i === 0 ? '\n' : ''}${note}`),
  ].join('\n');
}

function inWords({ runs, finished, failed }: ScoredPoint): string {
  if (failed.length > 0) return `${failed.every(diverges) ? 'diverged' : 'failed'}, ${failed.length} of ${runs.length}`;
  return finished.length < runs.length ? 'not finished' : spread(finished, ({ metrics }) => metrics.acc);
}
