import { METRIC_TEXTS } from '../metrics/metrics';
import { checkChoice, checkNumber, checkText, problem, withDefaults } from '../utils/errors';
import { axis, LINE_GREY, type Figure } from './figure';
import { frame } from './layout';
import { lineTraces, overlapNote, type LineInput } from './lines';
import { MAIN_METRICS } from './metricBarsFigure';
import { layOutPanels, panelTitle, type Panel } from './panels';
import { checkRuns, groupByMethod, intervalNote, inWords, summarise, type Group, type Run } from './runs';
import { plainText, shortLabel } from './text';

/** A run of a sweep: the same stream with one hyperparameter changed. */
export interface SweepRun extends Run {
  /** The value of the hyperparameter. */
  value: number;
}

/** Options of `sweepFigure`. */
export interface SweepFigureOptions {
  /** Name of the hyperparameter, for the axis and hover texts; default `value`. */
  parameter?: string;
  /** Heading; default `What <parameter> does`. */
  title?: string;
  /**
   * Axis of the values: `log`, `linear`, or `even` (the same distance between neighbours; the choice for a wide sweep that
   * holds 0). Default: `linear` where largest and smallest value differ by less than a factor of 20, else `log`, else `even`.
   */
  spacing?: 'log' | 'linear' | 'even';
}

/**
 * ACC, BWT and FM against the values of one hyperparameter, a panel per metric, a line per method. With several seeds, the
 * line is the mean and the band its 95 % interval.
 *
 * @param runs one entry per method, value and seed, all with the same number of tasks
 */
export function sweepFigure(runs: readonly SweepRun[], options?: SweepFigureOptions): Figure {
  const { parameter, title, spacing } = withDefaults<{
    parameter: string;
    title?: string;
    spacing?: SweepFigureOptions['spacing'];
  }>('sweepFigure', options, { parameter: 'value', title: undefined, spacing: undefined });
  checkText('sweepFigure', 'parameter', parameter);
  if (spacing !== undefined) checkChoice('sweepFigure', 'spacing', spacing, ['log', 'linear', 'even']);
  checkRuns('sweepFigure', runs);
  const scale = spacing ?? fittingSpacing(runs.map((run) => run.value));
  runs.forEach((run) => checkValue(run.value, parameter, scale));
  const values = [...new Set(runs.map((run) => run.value))].sort((a, b) => a - b);
  const groups = groupByMethod(runs, false);
  const panels = layOutPanels(MAIN_METRICS.length, MAIN_METRICS.length, 0.07);
  const data = panels.flatMap((panel, k) => {
    const lines = groups.map((group) => line(panel, k, group, values, scale === 'even', plainText(parameter)));
    return lineTraces(lines, spanOf(lines));
  });
  return {
    data,
    layout: frame(
      'sweepFigure',
      {
        title: title ?? `What ${parameter} does`,
        from: runs,
        notes: [...intervalNote('Bands', groups), ...overlapNote(data)],
        legend: groups.map(({ name }) => name),
        headings: true,
        plotHeight: 188,
      },
      {
        ...Object.assign({}, ...panels.map((panel) => panelAxes(panel, parameter, scale, values))),
        annotations: panels.map((panel, k) => panelTitle(panel, MAIN_METRICS[k].heading)),
      },
    ),
  };
}

/** Length of the axis that Plotly will choose for these lines: from the lowest to the highest end, with some air. */
function spanOf(lines: readonly LineInput[]): number {
  const measured = lines.flatMap(({ values }) => values.filter((value) => value !== null));
  const ends = measured.flatMap(({ mean, low, high }) => [low ?? mean, high ?? mean]);
  return ends.length > 0 ? 1.1 * (Math.max(...ends) - Math.min(...ends)) : 1;
}

function checkValue(value: number, parameter: string, scale: string): void {
  checkNumber('sweepFigure', `the value of ${parameter}`, value);
  if (scale === 'log' && value <= 0) {
    throw problem('sweepFigure', `${parameter} = ${value} has no place on a log axis`, "use spacing 'even' or 'linear'");
  }
}

function fittingSpacing(values: readonly number[]): 'log' | 'linear' | 'even' {
  const sizes = values.filter((value) => value !== 0).map(Math.abs);
  if (Math.max(...sizes) < 20 * Math.min(...sizes)) return 'linear'; // also when all are 0 (−∞ < ∞)
  return values.every((value) => value > 0) ? 'log' : 'even';
}

function line(
  panel: Panel,
  metric: number,
  group: Group<SweepRun>,
  values: number[],
  even: boolean,
  parameter: string,
): LineInput {
  const { name, compute } = MAIN_METRICS[metric];
  const results = values.map((value) =>
    summarise(group.items.filter((run) => run.value === value).map((run) => compute(run.matrix))),
  );
  const hover = results.map((result, k) =>
    result ? `${group.label} with ${parameter} = ${values[k]}:<br>${METRIC_TEXTS[name].label} is ${inWords(result)}` : '',
  );
  // A method need not have been run at every value: its line passes over those. One without any keeps its place in the legend.
  const measured = results.some((result) => result !== null);
  const kept = values.map((_, k) => k).filter((k) => !measured || results[k] !== null);
  return {
    group,
    x: kept.map((k) => (even ? k : values[k])),
    values: kept.map((k) => results[k]),
    hover: kept.map((k) => hover[k]),
    axes: panel,
    inLegend: metric === 0,
  };
}

function panelAxes(panel: Panel, parameter: string, scale: string, values: number[]): Record<string, unknown> {
  const own = { tickvals: [...values], ticktext: values.map(String) };
  const ticks = {
    log: { type: 'log', ...(values.length <= 7 ? own : { dtick: 1, exponentformat: 'power' }) },
    linear: {},
    even: { tickvals: values.map((_, k) => k), ticktext: values.map(String) },
  }[scale];
  return {
    [panel.xaxis]: axis(shortLabel(parameter, 30), { anchor: panel.y, domain: panel.xDomain, ...ticks }),
    [panel.yaxis]: axis('', {
      anchor: panel.x,
      domain: panel.yDomain,
      zeroline: true,
      zerolinecolor: LINE_GREY,
      zerolinewidth: 1,
    }),
  };
}
