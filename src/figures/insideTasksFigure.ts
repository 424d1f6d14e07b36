import { checkTaskNames, taskLabel } from '../metrics/accuracyMatrix';
import { checkMoments, type AccuracyMoment } from '../metrics/insideTasks';
import { withDefaults } from '../utils/errors';
import { formatNumber } from '../utils/format';
import { accuracyAxis, axis, LINE_GREY, type Figure } from './figure';
import { frame } from './layout';
import { TASK_COLORS } from './palette';
import { plainText, shortLabel } from './text';

/** Options of `insideTasksFigure`. */
export interface InsideTasksFigureOptions {
  /** One name per task; default `task 1`, `task 2`, … */
  taskNames?: readonly string[];
  /** Heading; default `Accuracy inside the tasks`. */
  title?: string;
}

/** Tasks that have a line, at most. */
const MOST = TASK_COLORS.length;

/**
 * The accuracy on each task while the stream is learnt, step by step: a line per task from its own first step on. Uprights mark where a
 * task begins; a line that falls right behind one and comes back is a stability gap. Of more than 10 tasks the first 10 have a line.
 *
 * @param moments in the order of training; see `measureInsideTasks`
 */
export function insideTasksFigure(moments: readonly AccuracyMoment[], options?: InsideTasksFigureOptions): Figure {
  const subject = 'insideTasksFigure';
  const { taskNames, title } = withDefaults<InsideTasksFigureOptions & { title: string }>(subject, options, {
    taskNames: undefined,
    title: 'Accuracy inside the tasks',
  });
  checkMoments(subject, moments);
  const nTasks = moments[0].accuracies.length;
  checkTaskNames(taskNames, nTasks, subject);
  const names = Array.from({ length: nTasks }, (_, task) => taskLabel(task, taskNames));
  const { positions, begins } = placed(moments);
  const learnt = moments.at(-1)!.task + 1;
  const shown = Array.from({ length: Math.min(learnt, MOST) }, (_, task) => task);
  const notes = [
    'Dashed uprights: a task begins. Each line begins with its own task.',
    ...(learnt > MOST ? [`${MOST} of ${learnt} tasks are shown.`] : []),
  ];
  return {
    data: shown.map((task) => line(moments, positions, task, names[task])),
    layout: frame(
      subject,
      { title, notes, legend: shown.map((task) => names[task]), plotHeight: 280 },
      {
        xaxis: axis('training steps', { range: [0, positions.at(-1)! || 1] }),
        yaxis: accuracyAxis('accuracy'),
        shapes: begins.slice(1).map((x) => ({
          type: 'line',
          xref: 'x',
          x0: x,
          x1: x,
          y0: 0,
          y1: 1,
          yref: 'y domain',
          line: { color: LINE_GREY, width: 1, dash: 'dash' },
        })),
      },
    ),
  };
}

/** Where each moment lies on the axis of steps, counted over all tasks, and where each task begins. */
function placed(moments: readonly AccuracyMoment[]): { positions: number[]; begins: number[] } {
  const begins = [0];
  const positions: number[] = [];
  moments.forEach(({ task, step }, k) => {
    if (k > 0 && task !== moments[k - 1].task) begins.push(positions[k - 1]);
    positions.push(begins.at(-1)! + step);
  });
  return { positions, begins };
}

function line(moments: readonly AccuracyMoment[], positions: readonly number[], task: number, name: string) {
  const own = moments.flatMap((moment, k) => (moment.task >= task ? [{ moment, x: positions[k] }] : []));
  return {
    type: 'scatter',
    mode: 'lines',
    name: shortLabel(name, 24),
    legendgroup: String(task),
    x: own.map(({ x }) => x),
    y: own.map(({ moment }) => moment.accuracies[task]),
    line: { color: TASK_COLORS[task], width: 2 },
    hoverinfo: 'text',
    hovertext: own.map(
      ({ moment }) =>
        `${plainText(name)}: accuracy ${formatNumber(moment.accuracies[task], 3)}<br>in task ${moment.task + 1}, after ${moment.step} steps`,
    ),
    showlegend: true,
  };
}
