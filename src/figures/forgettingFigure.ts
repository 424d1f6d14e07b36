import { checkTaskNames, taskLabel } from '../metrics/accuracyMatrix';
import { perTaskForgetting } from '../metrics/formulas';
import { problem, withDefaults } from '../utils/errors';
import { axis, LINE_GREY, type Figure } from './figure';
import { groupedBars } from './groupedBars';
import { frame } from './layout';
import { checkRuns, groupByMethod, intervalNote, inWords, summarise, type Run } from './runs';
import { ticksBelow } from './taskTicks';
import { plainText } from './text';

/** Options of `forgettingFigure`. */
export interface ForgettingFigureOptions {
  /** One name per task; default `task 1`, `task 2`, … */
  taskNames?: readonly string[];
  /** Heading; default `How much of each task was forgotten`. */
  title?: string;
}

const DEFAULTS: ForgettingFigureOptions & { title: string } = {
  taskNames: undefined,
  title: 'How much of each task was forgotten',
};

/**
 * The forgetting of each task but the last (accuracy when just learnt minus accuracy at the end), one bar per method.
 * Bars below zero are tasks that later training improved.
 *
 * @param runs one entry per method and seed, all with the same number of tasks, at least two
 */
export function forgettingFigure(runs: readonly Run[], options?: ForgettingFigureOptions): Figure {
  const { taskNames, title } = withDefaults('forgettingFigure', options, DEFAULTS);
  const nTasks = checkRuns('forgettingFigure', runs);
  checkTaskNames(taskNames, nTasks, 'forgettingFigure');
  if (nTasks < 2) throw problem('forgettingFigure', 'a stream of one task forgets nothing', 'pass runs of two tasks or more');
  const groups = groupByMethod(runs);
  const names = Array.from({ length: nTasks - 1 }, (_, task) => taskLabel(task, taskNames));
  const tasks = names.map(plainText);
  const values = groups.map((group) => {
    const each = group.items.map((run) => perTaskForgetting(run.matrix));
    return tasks.map((_, task) => summarise(each.map((forgetting) => forgetting[task])));
  });
  const { ticks, bottom } = ticksBelow(names);
  return {
    data: groupedBars(
      groups,
      tasks,
      values,
      (value, group, task) =>
        `${group.label}: ${tasks[task]} ${value.mean < 0 ? 'gained' : 'lost'} accuracy by the end;<br>forgetting is ${inWords(value)}`,
    ),
    layout: frame(
      'forgettingFigure',
      {
        title,
        from: runs,
        notes: intervalNote('Whiskers', groups),
        legend: groups.map(({ name }) => name),
        plotHeight: 224,
        bottom,
      },
      {
        barmode: 'group',
        bargap: 0.25,
        xaxis: axis('task', { ...ticks, showgrid: false }),
        yaxis: axis('accuracy lost by the end', { zeroline: true, zerolinecolor: LINE_GREY, zerolinewidth: 1 }),
      },
    ),
  };
}
