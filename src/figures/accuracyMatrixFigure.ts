import { checkMatrix, checkTaskNames, taskLabel, type ReadonlyAccuracyMatrix } from '../metrics/accuracyMatrix';
import { withDefaults } from '../utils/errors';
import { formatNumber } from '../utils/format';
import { axis, baseLayout, EMPTY_GREY, LINE_GREY, plainText, type Figure } from './figure';

/** Options of `accuracyMatrixFigure`. */
export interface AccuracyMatrixFigureOptions {
  /** One name per task; default `task 1`, `task 2`, … */
  taskNames?: readonly string[];
  /** Heading; default `Accuracy matrix`. */
  title?: string;
}

const DEFAULTS: AccuracyMatrixFigureOptions & { title: string } = { taskNames: undefined, title: 'Accuracy matrix' };

/** Dark for forgotten, bright for known (Viridis, even steps for colour-blind readers). */
const SCALE = [
  [0, '#440154'],
  [0.125, '#482878'],
  [0.25, '#3E4A89'],
  [0.375, '#31688E'],
  [0.5, '#26828E'],
  [0.625, '#1F9E89'],
  [0.75, '#35B779'],
  [0.875, '#6DCD59'],
  [1, '#B4DE2C'],
];

/**
 * The accuracy matrix as a heatmap with numbers: a row per task, a column per moment of evaluation, so a row read from
 * left to right is the life of one task. Frames mark the moment a task was learnt; cells not measured stay empty.
 *
 * @param matrix accuracy matrix, [tasks, tasks]: `matrix[i][j]` on task i after training task j
 */
export function accuracyMatrixFigure(matrix: ReadonlyAccuracyMatrix, options?: AccuracyMatrixFigureOptions): Figure {
  const { taskNames, title } = withDefaults('accuracyMatrixFigure', options, DEFAULTS);
  checkMatrix(matrix, 'accuracyMatrixFigure');
  checkTaskNames(taskNames, matrix.length, 'accuracyMatrixFigure');
  const tasks = matrix.map((_, task) => task);
  const name = (task: number) => plainText(taskLabel(task, taskNames));
  const each = <T>(cell: (accuracy: number | null, i: number, j: number) => T) =>
    matrix.map((row, i) => row.map((accuracy, j) => cell(accuracy, i, j)));

  const shared = {
    type: 'heatmap',
    x: tasks,
    y: tasks,
    xgap: 2,
    ygap: 2,
    showscale: false,
    zmin: 0,
    zmax: 1,
    hoverongaps: false,
  };
  const empty = {
    ...shared,
    z: each((accuracy) => (accuracy === null ? 0 : null)),
    colorscale: [
      [0, EMPTY_GREY],
      [1, EMPTY_GREY],
    ],
    hoverinfo: 'text',
    hovertext: each((_, i, j) => `after learning ${name(j)}, accuracy on ${name(i)} was not measured`),
  };
  const filled = {
    ...shared,
    z: each((accuracy) => accuracy),
    colorscale: SCALE.map((stop) => [...stop]),
    text: each((accuracy) => (accuracy === null ? '' : formatNumber(accuracy, 2))),
    texttemplate: '%{text}',
    hoverinfo: 'text',
    hovertext: each(
      (accuracy, i, j) => `after learning ${name(j)}, accuracy on ${name(i)} is ${formatNumber(accuracy, 3)}${moment(i, j)}`,
    ),
  };
  const ticks = { tickvals: tasks, ticktext: tasks.map(name), showgrid: false, ticks: '' };
  return {
    // A trace without a single cell is left out: Plotly would call it invisible.
    data: [...(matrix.flat().includes(null) ? [empty] : []), ...(matrix.flat().some((cell) => cell !== null) ? [filled] : [])],
    layout: baseLayout(title, 130 + 44 * Math.max(matrix.length, 3), {
      xaxis: axis('after learning', { ...ticks, constrain: 'domain' }),
      yaxis: axis('accuracy on', { ...ticks, autorange: 'reversed' }),
      shapes: tasks.map((task) => ({
        type: 'rect',
        x0: task - 0.5,
        x1: task + 0.5,
        y0: task - 0.5,
        y1: task + 0.5,
        line: { color: LINE_GREY, width: 2 },
      })),
    }),
  };
}

function moment(task: number, afterTask: number): string {
  if (task === afterTask) return '<br>(just learnt)';
  return task > afterTask ? '<br>(not learnt yet: zero-shot)' : '';
}
