import { checkTaskNames, taskLabel } from '../metrics/accuracyMatrix';
import { checkNumber, checkText, problem, shown, withDefaults } from '../utils/errors';
import { formatCount } from '../utils/format';
import { withOpacity } from './color';
import { axis, requireSome, type Figure } from './figure';
import { frame } from './layout';
import { niceStep } from './niceStep';
import { methodColor } from './palette';
import { ticksBelow } from './taskTicks';
import { plainText } from './text';

/** Parameters of a model after learning one task, e.g. `PNNTrainer.capacityReport()`. */
export interface ParameterCount {
  /** All parameters. */
  total: number;
  /** Those that can no longer change. */
  frozen: number;
  /** Those that can. */
  trainable: number;
}

/** Options of `parameterGrowthFigure`. */
export interface ParameterGrowthFigureOptions {
  /** Method whose colour is used; default none: the figure's own. */
  method?: string;
  /** One name per task; default `task 1`, `task 2`, … */
  taskNames?: readonly string[];
  /** Heading; default `Parameters of the growing network`. */
  title?: string;
}

const DEFAULTS: ParameterGrowthFigureOptions & { title: string; method: string } = {
  method: 'growing network',
  taskNames: undefined,
  title: 'Parameters of the growing network',
};

/** Said under the heading. */
const NOTES = ['Above each bar: all parameters. Frozen ones can no longer change; k: thousand, M: million.'];

/**
 * How a model grows with the tasks: frozen and trainable parameters stacked, the total above.
 *
 * @param counts one entry per task, in the order of learning; total must be frozen + trainable
 */
export function parameterGrowthFigure(counts: readonly ParameterCount[], options?: ParameterGrowthFigureOptions): Figure {
  const { method, taskNames, title } = withDefaults('parameterGrowthFigure', options, DEFAULTS);
  checkText('parameterGrowthFigure', 'method', method);
  requireSome('parameterGrowthFigure', 'counts', counts);
  checkTaskNames(taskNames, counts.length, 'parameterGrowthFigure');
  counts.forEach(checkCount);
  const color = methodColor(method);
  const names = counts.map((_, task) => taskLabel(task, taskNames));
  const tasks = names.map(plainText);
  const x = counts.map((_, task) => task);
  const part = (name: 'frozen' | 'trainable', fill: string) => ({
    type: 'bar',
    name,
    legendgroup: name,
    x,
    y: counts.map((count) => count[name]),
    marker: { color: fill, line: { color, width: 1 } },
    hoverinfo: 'text',
    hovertext: counts.map(
      (count, task) =>
        `while learning ${tasks[task]}:<br>${grouped(count[name])} of ${grouped(count.total)} parameters are ${name}`,
    ),
  });
  const { ticks, bottom } = ticksBelow(names);
  return {
    data: [part('frozen', withOpacity(color, 0.3)), part('trainable', color), totals(counts)],
    layout: frame(
      'parameterGrowthFigure',
      { title, notes: NOTES, legend: ['frozen', 'trainable'], plotHeight: 224, bottom },
      {
        barmode: 'stack',
        bargap: 0.4,
        xaxis: axis('while learning', { ...ticks, showgrid: false }),
        yaxis: axis('parameters', { rangemode: 'tozero', ...countTicks(Math.max(...counts.map(({ total }) => total))) }),
      },
    ),
  };
}

/** All parameters, above each bar. */
function totals(counts: readonly ParameterCount[]): Record<string, unknown> {
  return {
    type: 'scatter',
    mode: 'text',
    x: counts.map((_, task) => task),
    y: counts.map((count) => count.total),
    text: counts.map((count) => formatCount(count.total)),
    textposition: 'top center',
    hoverinfo: 'skip',
    showlegend: false,
    cliponaxis: false,
  };
}

/** Marks of an axis of counts, written as the totals above the bars are. */
function countTicks(largest: number): { tickvals: number[]; ticktext: string[] } {
  const step = Math.max(1, niceStep(largest / 5));
  const tickvals = Array.from({ length: Math.floor(largest / step) + 1 }, (_, k) => k * step);
  return { tickvals, ticktext: tickvals.map(formatCount) };
}

/** 1234567 as `1 234 567`. */
function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, '\u202f');
}

function checkCount(count: ParameterCount, task: number): void {
  const subject = `parameterGrowthFigure: counts[${task}]`;
  if (typeof count !== 'object' || count === null)
    throw problem(subject, `it is ${shown(count)}`, 'pass {total, frozen, trainable}');
  const { total, frozen, trainable } = count;
  for (const [name, value] of Object.entries({ total, frozen, trainable }))
    checkNumber(subject, name, value, { min: 0, integer: true });
  if (frozen + trainable !== total) {
    throw problem(
      subject,
      `frozen ${frozen} and trainable ${trainable} do not add up to total ${total}`,
      'count every parameter once',
    );
  }
}
