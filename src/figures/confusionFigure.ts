import { checkConfusion, type ConfusionMatrix } from '../metrics/confusion';
import { checkList, checkText, problem, withDefaults } from '../utils/errors';
import { formatNumber } from '../utils/format';
import { axis, type Figure } from './figure';
import { heatCells } from './heatCells';
import { frame } from './layout';
import { ticksBelow, ticksBeside } from './taskTicks';
import { plainText } from './text';

/** Options of `confusionFigure`. */
export interface ConfusionFigureOptions {
  /** One name per class; default the numbers of the classes. */
  classNames?: readonly string[];
  /** Heading; default `Which class is answered for which`. */
  title?: string;
}

/** Height of a cell in pixels, and of all of them together at most. */
const CELL = 34;
const MOST = 760;

/**
 * A confusion matrix as a heatmap: a row per right class, a column per answer, each cell with its share of the row. A matrix whose
 * right columns are bright in every row is recency bias: whatever is asked, a class of the last task is answered.
 *
 * @param matrix counts, [classes, classes]: `matrix[i][j]` samples of class i were answered with class j; see `confusionMatrix`
 */
export function confusionFigure(matrix: ConfusionMatrix, options?: ConfusionFigureOptions): Figure {
  const subject = 'confusionFigure';
  const { classNames, title } = withDefaults<ConfusionFigureOptions & { title: string }>(subject, options, {
    classNames: undefined,
    title: 'Which class is answered for which',
  });
  checkConfusion(subject, matrix);
  const names = namesOf(subject, classNames, matrix.length);
  const plain = names.map(plainText);
  const plotHeight = Math.min(MOST, CELL * Math.max(matrix.length, 4));
  const { ticks, bottom } = ticksBelow(names, 540);
  const quiet = { showgrid: false, ticks: '' };
  const cells = matrix.map((row, i) => {
    const total = row.reduce((sum, count) => sum + count, 0);
    return row.map((count, j) => ({
      value: total === 0 ? null : count / total,
      text: count === 0 ? '' : formatNumber(count / total, 2),
      hover: `${count} of ${total} samples of ${plain[i]}<br>are answered with ${plain[j]}`,
    }));
  });
  return {
    data: heatCells(cells),
    layout: frame(
      subject,
      {
        title,
        notes: ['Each row is one class: the shares of what is answered for it. Right answers are on the diagonal.'],
        plotHeight,
        bottom,
      },
      {
        xaxis: axis('answered', { ...ticks, ...quiet, constrain: 'domain' }),
        yaxis: axis('right class', { ...ticksBeside(names, plotHeight / matrix.length), ...quiet, autorange: 'reversed' }),
      },
    ),
  };
}

function namesOf(subject: string, given: readonly string[] | undefined, count: number): string[] {
  if (given === undefined) return Array.from({ length: count }, (_, k) => String(k));
  checkList(subject, 'classNames', given);
  if (given.length !== count) throw problem(subject, `got ${given.length} names for ${count} classes`, 'pass one per class');
  given.forEach((name, k) => checkText(subject, `classNames[${k}]`, name));
  return [...(given as readonly string[])];
}
