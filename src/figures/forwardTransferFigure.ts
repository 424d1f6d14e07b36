import { checkTaskNames, isAccuracy, taskLabel } from '../metrics/accuracyMatrix';
import { problem, shown, withDefaults } from '../utils/errors';
import { formatNumber } from '../utils/format';
import { accuracyAxis, axis, TEXT_GREY, type Figure } from './figure';
import { groupedBars } from './groupedBars';
import { frame } from './layout';
import { checkRuns, groupByMethod, intervalNote, inWords, summarise, type Run } from './runs';
import { ticksBelow } from './taskTicks';
import { plainText } from './text';

/** Options of `forwardTransferFigure`. */
export interface ForwardTransferFigureOptions {
  /** Accuracy of an untrained network, one per task (the first is not used); drawn as marks. Default: none. */
  baseline?: readonly number[];
  /** One name per task; default `task 1`, `task 2`, … */
  taskNames?: readonly string[];
  /** Heading; default `Accuracy on each task just before it is learnt (zero-shot)`. */
  title?: string;
}

const DEFAULTS: ForwardTransferFigureOptions & { title: string } = {
  baseline: undefined,
  taskNames: undefined,
  title: 'Accuracy on each task just before it is learnt (zero-shot)',
};

/**
 * Zero-shot accuracy: what each method knows of a task before training it, one bar per method and task from the second
 * task on. Bars above the mark of an untrained network are forward transfer.
 *
 * @param runs one entry per method and seed, all with the same number of tasks, at least two
 */
export function forwardTransferFigure(runs: readonly Run[], options?: ForwardTransferFigureOptions): Figure {
  const { baseline, taskNames, title } = withDefaults('forwardTransferFigure', options, DEFAULTS);
  const nTasks = checkRuns('forwardTransferFigure', runs);
  checkTaskNames(taskNames, nTasks, 'forwardTransferFigure');
  if (nTasks < 2) throw problem('forwardTransferFigure', 'there is no task before the first', 'pass runs of two tasks or more');
  if (baseline) checkBaseline(baseline, nTasks);
  const groups = groupByMethod(runs);
  const names = Array.from({ length: nTasks - 1 }, (_, k) => taskLabel(k + 1, taskNames));
  const tasks = names.map(plainText);
  const values = groups.map((group) => tasks.map((_, k) => summarise(group.items.map((run) => run.matrix[k + 1][k]))));
  const bars = groupedBars(
    groups,
    tasks,
    values,
    (value, group, k) => `${group.label}: before learning ${tasks[k]},<br>accuracy on it is ${inWords(value)}`,
  );
  const { ticks, bottom } = ticksBelow(names);
  return {
    data: baseline ? [...bars, baselineMarks(baseline, tasks)] : bars,
    layout: frame(
      'forwardTransferFigure',
      {
        title,
        from: runs,
        notes: intervalNote('Whiskers', groups),
        legend: [...groups.map(({ name }) => name), ...(baseline ? [UNTRAINED] : [])],
        plotHeight: 224,
        bottom,
      },
      {
        barmode: 'group',
        bargap: 0.25,
        xaxis: axis('task about to be learnt', { ...ticks, showgrid: false }),
        yaxis: accuracyAxis('accuracy before training', { range: [0, 1.03] }),
      },
    ),
  };
}

const UNTRAINED = 'untrained network';

function baselineMarks(baseline: readonly number[], tasks: readonly string[]): Record<string, unknown> {
  return {
    type: 'scatter',
    mode: 'markers',
    name: UNTRAINED,
    x: tasks.map((_, k) => k),
    y: baseline.slice(1),
    marker: { symbol: 'line-ew', size: 56, color: TEXT_GREY, line: { color: TEXT_GREY, width: 2 } },
    hoverinfo: 'text',
    hovertext: tasks.map((task, k) => `${UNTRAINED}: accuracy on ${task} is ${formatNumber(baseline[k + 1], 3)}`),
  };
}

function checkBaseline(baseline: readonly number[], nTasks: number): void {
  if (Array.isArray(baseline) && baseline.length === nTasks && Array.from(baseline).every(isAccuracy)) return;
  throw problem('forwardTransferFigure', `baseline is ${shown(baseline)}`, `pass ${nTasks} shares between 0 and 1, one per task`);
}
