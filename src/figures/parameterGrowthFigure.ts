import { checkTaskNames, taskLabel } from '../metrics/accuracyMatrix';
import { checkNumber, problem, withDefaults } from '../utils/errors';
import { axis, baseLayout, LEGEND_ABOVE, plainText, requireSome, type Figure } from './figure';
import { methodColor, withOpacity } from './palette';

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
  /** Method whose colour is used; default `pnn`. */
  method?: string;
  /** One name per task; default `task 1`, `task 2`, … */
  taskNames?: readonly string[];
  /** Heading; default `Parameters of the growing network`. */
  title?: string;
}

const DEFAULTS: ParameterGrowthFigureOptions & { title: string; method: string } = {
  method: 'pnn',
  taskNames: undefined,
  title: 'Parameters of the growing network',
};

/**
 * How a model grows with the tasks: frozen and trainable parameters stacked, the total above.
 *
 * @param counts one entry per task, in the order of learning; total must be frozen + trainable
 */
export function parameterGrowthFigure(counts: readonly ParameterCount[], options?: ParameterGrowthFigureOptions): Figure {
  const { method, taskNames, title } = withDefaults('parameterGrowthFigure', options, DEFAULTS);
  requireSome('parameterGrowthFigure', 'counts', counts);
  checkTaskNames(taskNames, counts.length, 'parameterGrowthFigure');
  counts.forEach(checkCount);
  const color = methodColor(method);
  const tasks = counts.map((_, task) => plainText(taskLabel(task, taskNames)));
  const x = counts.map((_, task) => task);
  const part = (name: 'frozen' | 'trainable', fill: string) => ({
    type: 'bar',
    name,
    x,
    y: counts.map((count) => count[name]),
    marker: { color: fill, line: { color, width: 1 } },
    hoverinfo: 'text',
    hovertext: counts.map(
      (count, task) =>
        `while learning ${tasks[task]}:<br>${grouped(count[name])} of ${grouped(count.total)} parameters are ${name}`,
    ),
  });
  const totals = {
    type: 'scatter',
    mode: 'text',
    x,
    y: counts.map((count) => count.total),
    text: counts.map((count) => short(count.total)),
    textposition: 'top center',
    hoverinfo: 'skip',
    showlegend: false,
    cliponaxis: false,
  };
  return {
    data: [part('frozen', withOpacity(color, 0.3)), part('trainable', color), totals],
    layout: baseLayout(title, 360, {
      barmode: 'stack',
      bargap: 0.4,
      margin: { l: 56, r: 24, t: 88, b: 48 },
      showlegend: true,
      legend: { ...LEGEND_ABOVE, y: 0.9 },
      xaxis: axis('', { tickvals: x, ticktext: tasks, showgrid: false }),
      yaxis: axis('parameters', { rangemode: 'tozero', tickformat: '~s' }),
    }),
  };
}

/** 1234567 as `1 234 567`. */
function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, '\u202f');
}

/** 1234567 as `1.23 M`. */
function short(count: number): string {
  if (count >= 1e6) return `${Number((count / 1e6).toPrecision(3))} M`;
  return count >= 1000 ? `${Number((count / 1000).toPrecision(3))} k` : String(count);
}

function checkCount({ total, frozen, trainable }: ParameterCount, task: number): void {
  const subject = `parameterGrowthFigure: counts[${task}]`;
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
