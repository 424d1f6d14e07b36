import { checkTaskNames, taskLabel } from '../metrics/accuracyMatrix';
import { mean } from '../metrics/statistics';
import { withDefaults } from '../utils/errors';
import { shortNames } from '../utils/format';
import { axis, LINE_GREY, type Figure } from './figure';
import { fittedAxis, type FittedAxis } from './fittedAxis';
import { frame } from './layout';
import { lineTraces, overlapNote, type LineInput } from './lines';
import { layOutPanels, panelTitle, type Panel } from './panels';
import { checkRuns, groupByMethod, intervalNote, inWords, summarise, type Group, type Run } from './runs';
import { plainText, shortLabel } from './text';

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

/** Panels side by side, and the height of a row of them and between two rows (tick labels and heading) in pixels. */
const COLUMNS = 3;
const ROW = 119;
const ROW_GAP = 46;
/** Tasks with a panel of their own: five rows with the panel of the mean. */
const MOST = 14;

/**
 * The accuracy on every task over the stream: one panel per task with a line per method, and a last panel with the mean
 * over the tasks seen so far. A dashed upright marks the moment the panel's task was learnt; before it, the accuracy is
 * zero-shot. With several seeds, the line is the mean and the band its 95 % interval. Of more than 14 tasks, 14 evenly spaced
 * ones have a panel. The axis of accuracies shows the part
 * that the values lie in; of lines that are on top of each other all the same, those below are wider.
 *
 * @param runs one entry per method and seed, all with the same number of tasks
 */
export function accuracyCurvesFigure(runs: readonly Run[], options?: AccuracyCurvesFigureOptions): Figure {
  const { taskNames, title } = withDefaults('accuracyCurvesFigure', options, DEFAULTS);
  const nTasks = checkRuns('accuracyCurvesFigure', runs);
  checkTaskNames(taskNames, nTasks, 'accuracyCurvesFigure');
  const names = Array.from({ length: nTasks }, (_, task) => taskLabel(task, taskNames));
  const groups = groupByMethod(runs);
  const shown = evenlySpaced(nTasks, MOST);
  const panels = layOut(shown.length + 1);
  const curves = panels.map((panel, k) =>
    groups.map((group) => ({ ...curve(group, panel, shown[k], names.map(plainText)), inLegend: k === 0 })),
  );
  const scale = fittedAxis(curves.flat().flatMap(({ values }) => values));
  const headings = shortNames(names, (name) => shortLabel(name, 30));
  const data = curves.flatMap((lines) => lineTraces(lines, scale.span));
  const rest = nTasks > MOST ? [`${MOST} of ${nTasks} tasks are shown.`] : [];
  const notes = [UPRIGHT, ...intervalNote('Bands', groups), ...scale.note, ...rest, ...overlapNote(data)];
  return {
    data,
    layout: frame(
      'accuracyCurvesFigure',
      { title, from: runs, notes, legend: groups.map(({ name }) => name), headings: true, plotHeight: heightOf(panels.length) },
      {
        ...Object.assign({}, ...panels.map((panel) => panelAxes(panel, nTasks, scale))),
        shapes: shown.map((task, k) => learntMark(panels[k], task)),
        annotations: panels.map((panel, k) => panelTitle(panel, headings[shown[k]] ?? '<b>mean of tasks so far</b>')),
      },
    ),
  };
}

const UPRIGHT = 'Dashed upright: the task was learnt; before it the accuracy is zero-shot.';

/** All of 0 … count−1, or `most` of them with the first and the last. */
function evenlySpaced(count: number, most: number): number[] {
  if (count <= most) return Array.from({ length: count }, (_, k) => k);
  return Array.from({ length: most }, (_, k) => Math.round((k * (count - 1)) / (most - 1)));
}

function layOut(panels: number): Panel[] {
  return layOutPanels(panels, Math.min(COLUMNS, panels), 0.05, ROW_GAP / heightOf(panels));
}

function heightOf(panels: number): number {
  const rows = Math.ceil(panels / COLUMNS);
  return rows * ROW + (rows - 1) * ROW_GAP;
}

/** The line of one method in the panel of one task; no task stands for the mean over the tasks seen. */
function curve(group: Group<Run>, panel: Panel, task: number | undefined, names: readonly string[]): LineInput {
  const moments = names.map((_, j) => j);
  const what = task !== undefined ? `accuracy on ${names[task]}` : 'mean accuracy on the tasks seen so far';
  const values = moments.map((j) =>
    summarise(group.items.map((run) => (task !== undefined ? run.matrix[task][j] : meanSeen(run, j)))),
  );
  const hover = values.map((value, j) =>
    value ? `${group.label}: after learning ${names[j]},<br>${what} is ${inWords(value)}` : '',
  );
  return { group, x: moments.map((j) => j + 1), values, hover, axes: panel };
}

function meanSeen(run: Run, afterTask: number): number | null {
  const seen = run.matrix.slice(0, afterTask + 1).map((row) => row[afterTask]);
  return seen.includes(null) ? null : mean(seen as number[]);
}

function panelAxes(panel: Panel, nTasks: number, scale: FittedAxis): Record<string, unknown> {
  const ticks = { tickformat: 'd', ...(nTasks <= 10 ? { dtick: 1 } : { nticks: 5 }) };
  const place = { anchor: panel.y, domain: panel.xDomain, range: [0.8, nTasks + 0.2] };
  return {
    [panel.xaxis]: axis(panel.bottom ? 'tasks learnt' : '', { ...place, ...ticks }),
    [panel.yaxis]: scale.make(panel.first ? 'accuracy' : '', {
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
