import { checkMatrix, checkTaskNames, taskLabel, type ReadonlyAccuracyMatrix } from '../metrics/accuracyMatrix';
import { withDefaults } from '../utils/errors';
import { formatNumber } from '../utils/format';
import { colorAt, textOn, VIRIDIS, type ColorScale } from './color';
import { axis, EMPTY_GREY, LINE_GREY, type Figure } from './figure';
import { frame } from './layout';
import { ticksBelow, ticksBeside } from './taskTicks';
import { plainText } from './text';

/** Options of `accuracyMatrixFigure`. */
export interface AccuracyMatrixFigureOptions {
  /** One name per task; default `task 1`, `task 2`, … */
  taskNames?: readonly string[];
  /** Heading; default `Accuracy matrix`. */
  title?: string;
}

const DEFAULTS: AccuracyMatrixFigureOptions & { title: string } = { taskNames: undefined, title: 'Accuracy matrix' };

/** Dark for forgotten, bright for known. */
const SCALE: ColorScale = VIRIDIS;
/** Height of a cell in pixels, and of all of them together at most. */
const CELL = 44;
const MOST = 760;
/** From so many tasks on a cell is too small for its number. */
const TOO_MANY = 19;

/**
 * The accuracy matrix as a heatmap with numbers: a row per task, a column per moment of evaluation, so a row read from
 * left to right is the life of one task. Frames mark the moment a task was learnt; cells not measured stay grey.
 *
 * @param matrix accuracy matrix, [tasks, tasks]: `matrix[i][j]` on task i after training task j
 */
export function accuracyMatrixFigure(matrix: ReadonlyAccuracyMatrix, options?: AccuracyMatrixFigureOptions): Figure {
  const { taskNames, title } = withDefaults('accuracyMatrixFigure', options, DEFAULTS);
  checkMatrix(matrix, 'accuracyMatrixFigure');
  checkTaskNames(taskNames, matrix.length, 'accuracyMatrixFigure');
  const tasks = matrix.map((_, task) => task);
  const names = tasks.map((task) => taskLabel(task, taskNames));
  const plotHeight = Math.min(MOST, CELL * Math.max(tasks.length, 3));
  const { ticks, bottom } = ticksBelow(names, 540); // names stand on its left too
  const quiet = { showgrid: false, ticks: '' };
  return {
    data: cells(matrix, names.map(plainText)),
    layout: frame(
      'accuracyMatrixFigure',
      { title, notes: notes(matrix), plotHeight, bottom },
      {
        xaxis: axis('after learning', { ...ticks, ...quiet, constrain: 'domain' }),
        yaxis: axis('accuracy on', { ...ticksBeside(names, plotHeight / tasks.length), ...quiet, autorange: 'reversed' }),
        shapes: tasks.map(justLearnt),
      },
    ),
  };
}

/**
 * The heatmaps: one for what was not measured, one for dark and one for bright cells, whose numbers are white and black.
 * A heatmap without a single cell is left out: Plotly would call it invisible.
 */
function cells(matrix: ReadonlyAccuracyMatrix, names: readonly string[]): Record<string, unknown>[] {
  const heatmap = (holds: (accuracy: number | null) => boolean, more: Record<string, unknown>, hover: HoverText) => ({
    type: 'heatmap',
    x: names.map((_, j) => j),
    y: names.map((_, i) => i),
    z: matrix.map((row) => row.map((accuracy) => (holds(accuracy) ? (accuracy ?? 0) : null))),
    xgap: matrix.length < TOO_MANY ? 2 : 0.5,
    ygap: matrix.length < TOO_MANY ? 2 : 0.5,
    showscale: false,
    zmin: 0,
    zmax: 1,
    hoverongaps: false,
    hoverinfo: 'text',
    hovertext: matrix.map((row, i) => row.map((accuracy, j) => (holds(accuracy) ? hover(accuracy, i, j) : ''))),
    ...more,
  });
  const measured = (color: string) => {
    const holds = (accuracy: number | null) => accuracy !== null && textOn(colorAt(SCALE, accuracy)) === color;
    const text = matrix.map((row) => row.map((accuracy) => (holds(accuracy) ? formatNumber(accuracy, 2) : '')));
    const numbers = matrix.length < TOO_MANY && { text, texttemplate: '%{text}', textfont: { color } };
    return heatmap(
      holds,
      { colorscale: SCALE.map((stop) => [...stop]), ...numbers },
      (accuracy, i, j) => `after learning ${names[j]}, accuracy on ${names[i]} is ${formatNumber(accuracy, 3)}${moment(i, j)}`,
    );
  };
  const grey = [0, 1].map((at) => [at, EMPTY_GREY]);
  const empty = heatmap(
    (accuracy) => accuracy === null,
    { colorscale: grey },
    (_, i, j) => `after learning ${names[j]}, accuracy on ${names[i]} was not measured`,
  );
  return [empty, measured('#ffffff'), measured('#000000')].filter(({ z }) => z.flat().some((value) => value !== null));
}

type HoverText = (accuracy: number | null, task: number, afterTask: number) => string;

/** What the frames and the grey cells of this matrix mean. */
function notes(matrix: ReadonlyAccuracyMatrix): string[] {
  const zeroShot = matrix.some((row, task) => row.slice(0, task).some((cell) => cell !== null));
  return [
    `Each row is one task, from left to right as training goes on. Framed: just learnt${zeroShot ? '; left of it: not learnt yet (zero-shot)' : ''}.`,
    ...(matrix.flat().includes(null) ? ['Grey: not measured.'] : []),
  ];
}

function justLearnt(task: number): Record<string, unknown> {
  const [from, to] = [task - 0.5, task + 0.5];
  return { type: 'rect', x0: from, x1: to, y0: from, y1: to, line: { color: LINE_GREY, width: 2 } };
}

function moment(task: number, afterTask: number): string {
  if (task === afterTask) return '<br>(just learnt)';
  return task > afterTask ? '<br>(not learnt yet: zero-shot)' : '';
}
