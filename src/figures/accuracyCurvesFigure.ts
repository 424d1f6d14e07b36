import { checkTaskNames, taskLabel } from '../metrics/accuracyMatrix';
import { mean } from '../metrics/statistics';
import { withDefaults } from '../utils/errors';
import { accuracyAxis, axis, baseLayout, LEGEND_ABOVE, LINE_GREY, plainText, type Figure } from './figure';
import { lineTraces, type LineInput } from './lines';
import { layOutPanels, panelTitle, type Panel } from './panels';
import { checkRuns, groupByMethod, inWords, summarise, type Group, type Run } from './runs';

/** Options of `accuracyCurvesFigure`. */
export interface AccuracyCurvesFigureOptions {
  /** One name per task; default `task 1`, `task 2`, … */
  taskNames?: readonly string[];
  /** Heading; default `Accuracy on each task while the stream goes on`. */
  title?: string;
}

const DEFAULTS: AccuracyCurvesFigureOptions & { title: string } = {
  taskNames: undefined,
  title: 'Accuracy on each task while the stream goes on',
};

const MARGIN = { l: 56, r: 24, t: 104, b: 48 };
/** Room between two rows of panels, in pixels: tick labels and heading. */
const ROW_GAP = 46;

/**
 * The accuracy on every task over the stream: one panel per task with a line per method, and a last panel with the mean
 * over the tasks seen so far. A dashed upright marks the moment the panel's task was learnt; before it, the accuracy is
 * zero-shot. With several seeds, the line is the mean and the band its 95 % interval. Of lines on top of each other, those
 * below are wider.
 *
 * @param runs one entry per method and seed, all with the same number of tasks
 */
export function accuracyCurvesFigure(runs: readonly Run[], options?: AccuracyCurvesFigureOptions): Figure {
  const { taskNames, title } = withDefaults('accuracyCurvesFigure', options, DEFAULTS);
  const nTasks = checkRuns('accuracyCurvesFigure', runs);
  checkTaskNames(taskNames, nTasks, 'accuracyCurvesFigure');
  const name = (task: number) => plainText(taskLabel(task, taskNames));
  const groups = groupByMethod(runs);
  const columns = Math.min(3, nTasks + 1);
  const rows = Math.ceil((nTasks + 1) / columns);
  const height = 110 + 165 * rows;
  const panels = layOutPanels(nTasks + 1, columns, 0.05, ROW_GAP / (height - MARGIN.t - MARGIN.b));
  const axes = panels.map((panel) => panelAxes(panel, nTasks));
  return {
    data: panels.flatMap((panel, task) => lineTraces(groups.map((group) => curve(group, panel, task, nTasks, name)))),
    layout: baseLayout(title, height, {
      ...Object.assign({}, ...axes),
      margin: { ...MARGIN },
      showlegend: true,
      legend: { ...LEGEND_ABOVE, y: 1 - 36 / height },
      shapes: panels.slice(0, nTasks).map((panel, task) => learntMark(panel, task)),
      annotations: panels.map((panel, task) => panelTitle(panel, task < nTasks ? name(task) : '<b>mean of tasks so far</b>')),
    }),
  };
}

/** The line of one method in the panel of one task; `task` = nTasks stands for the mean over the tasks seen. */
function curve(group: Group<Run>, panel: Panel, task: number, nTasks: number, name: (task: number) => string): LineInput {
  const moments = Array.from({ length: nTasks }, (_, j) => j);
  const what = task < nTasks ? `accuracy on ${name(task)}` : 'mean accuracy on the tasks seen so far';
  const values = moments.map((j) =>
    summarise(group.items.map((run) => (task < nTasks ? run.matrix[task][j] : meanSeen(run, j)))),
  );
  const hover = values.map((value, j) =>
    value ? `${group.label}: after learning ${name(j)},<br>${what} is ${inWords(value)}` : '',
  );
  return { group, x: moments.map((j) => j + 1), values, hover, axes: panel, inLegend: task === 0 };
}

function meanSeen(run: Run, afterTask: number): number | null {
  const seen = run.matrix.slice(0, afterTask + 1).map((row) => row[afterTask]);
  return seen.includes(null) ? null : mean(seen as number[]);
}

function panelAxes(panel: Panel, nTasks: number): Record<string, unknown> {
  const ticks = { tickformat: 'd', ...(nTasks <= 10 && { dtick: 1 }) };
  const place = { anchor: panel.y, domain: panel.xDomain, range: [0.8, nTasks + 0.2] };
  return {
    [panel.xaxis]: axis(panel.bottom ? 'tasks learnt' : '', { ...place, ...ticks }),
    [panel.yaxis]: accuracyAxis(panel.first ? 'accuracy' : '', {
      anchor: panel.x,
      domain: panel.yDomain,
      showticklabels: panel.first,
    }),
  };
}

function learntMark(panel: Panel, task: number): Record<string, unknown> {
  return {
    type: 'line',
    xref: panel.x,
    yref: `${panel.y} domain`,
    x0: task + 1,
    x1: task + 1,
    y0: 0,
    y1: 1,
    layer: 'below',
    line: { color: LINE_GREY, width: 1, dash: 'dash' },
  };
}
