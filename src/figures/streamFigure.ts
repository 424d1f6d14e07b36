import { checkList, checkNumber, checkText, problem, shown, withDefaults } from '../utils/errors';
import { axis, type Figure } from './figure';
import { heatCells } from './heatCells';
import { frame } from './layout';
import { ticksBelow, ticksBeside } from './taskTicks';
import { plainText } from './text';

/** Which classes come when, and how many samples of each; `stream.summary()` is one. */
export interface StreamCounts {
  /** One name per class. */
  readonly classNames: readonly string[];
  /** One name per task. */
  readonly taskNames: readonly string[];
  /** Training samples of each class in each task, [classes, tasks]. */
  readonly counts: readonly (readonly number[])[];
}

/** Options of `streamFigure`. */
export interface StreamFigureOptions {
  /** Heading; default `Training samples by class and task`. */
  title?: string;
}

const CELL = 30;
const MOST = 760;

/**
 * A stream at a glance: a row per class, a column per task, in each cell how many training samples there are. Empty cells: the class
 * does not come in the task.
 *
 * @param stream what `stream.summary()` gives
 */
export function streamFigure(stream: StreamCounts, options?: StreamFigureOptions): Figure {
  const subject = 'streamFigure';
  const { title } = withDefaults(subject, options, { title: 'Training samples by class and task' });
  checkCounts(subject, stream);
  const { classNames, taskNames, counts } = stream;
  const largest = Math.max(1, ...counts.flat());
  const [classes, tasks] = [classNames.map(plainText), taskNames.map(plainText)];
  const plotHeight = Math.min(MOST, CELL * Math.max(classNames.length, 4));
  const { ticks, bottom } = ticksBelow(taskNames, 540);
  const quiet = { showgrid: false, ticks: '' };
  const cells = counts.map((row, i) =>
    row.map((count, j) => ({
      value: count === 0 ? null : count / largest,
      text: String(count),
      hover: `${tasks[j]}: ${count} training samples of ${classes[i]}`,
    })),
  );
  return {
    data: heatCells(cells),
    layout: frame(
      subject,
      { title, notes: ['Numbers are training samples; brighter cells hold more.'], plotHeight, bottom },
      {
        xaxis: axis('task', { ...ticks, ...quiet, range: [-0.5, taskNames.length - 0.5] }),
        yaxis: axis('class', {
          ...ticksBeside(classNames, plotHeight / classNames.length),
          ...quiet,
          range: [classNames.length - 0.5, -0.5],
        }),
      },
    ),
  };
}

function checkCounts(subject: string, stream: StreamCounts): void {
  if (typeof stream !== 'object' || stream === null) throw problem(subject, `it is ${shown(stream)}`, 'pass stream.summary()');
  const { classNames, taskNames, counts } = stream;
  for (const [name, list] of Object.entries({ classNames, taskNames })) {
    checkList(subject, name, list);
    list.forEach((text, k) => checkText(subject, `${name}[${k}]`, text));
  }
  checkList(subject, 'counts', counts);
  if (counts.length !== classNames.length || counts.some((row) => row?.length !== taskNames.length)) {
    throw problem(subject, 'counts does not fit its classes and tasks', 'pass [classes, tasks], as stream.summary() has it');
  }
  counts.forEach((row, i) =>
    row.forEach((count, j) => checkNumber(subject, `counts[${i}][${j}]`, count, { min: 0, integer: true })),
  );
  if (counts.flat().every((count) => count === 0)) throw problem(subject, 'no task has a sample', 'pass stream.summary()');
}
