import * as formulas from '../metrics/formulas';
import { METRIC_TEXTS } from '../metrics/metrics';
import type { Aggregate } from '../metrics/statistics';
import { withDefaults } from '../utils/errors';
import { formatNumber } from '../utils/format';
import { axis, LINE_GREY, TEXT_GREY, type Figure } from './figure';
import { frame } from './layout';
import { layOutPanels, panelTitle, type Panel } from './panels';
import { checkRuns, groupByMethod, halfWidth, intervalNote, inWords, summarise, type Group, type Run } from './runs';
import { tickLabel } from './text';

/** Options of `metricBarsFigure`. */
export interface MetricBarsFigureOptions {
  /** Heading; default `Accuracy and forgetting at the end of the stream`. */
  title?: string;
}

/** The three metrics most papers report, with the function that computes each and a heading that says what it is. */
export const MAIN_METRICS = [
  { name: 'acc', compute: formulas.averageAccuracy, heading: '<b>ACC</b> mean accuracy at the end' },
  { name: 'bwt', compute: formulas.backwardTransfer, heading: '<b>BWT</b> change of earlier tasks' },
  { name: 'fm', compute: formulas.forgettingMeasure, heading: '<b>FM</b> loss on the worst task' },
] as const;

/**
 * ACC, BWT and FM of each method as bars, one panel per metric, one row per method. With several seeds, the bar is the
 * mean and the whisker its 95 % interval. A metric that was not measured has no bar.
 *
 * @param runs one entry per method and seed, all with the same number of tasks
 */
export function metricBarsFigure(runs: readonly Run[], options?: MetricBarsFigureOptions): Figure {
  const { title } = withDefaults('metricBarsFigure', options, { title: 'Accuracy and forgetting at the end of the stream' });
  checkRuns('metricBarsFigure', runs);
  const groups = groupByMethod(runs);
  const panels = layOutPanels(MAIN_METRICS.length, MAIN_METRICS.length, 0.04);
  const values = MAIN_METRICS.map(({ compute }) =>
    groups.map((group) => summarise(group.items.map((run) => compute(run.matrix)))),
  );
  return {
    data: panels.flatMap((panel, k) => [bars(panel, k, groups, values[k]), numbers(panel, groups, values[k])]),
    layout: frame(
      'metricBarsFigure',
      { title, from: runs, notes: intervalNote('Whiskers', groups), headings: true, plotHeight: 34 * groups.length, bottom: 36 },
      {
        ...Object.assign({}, ...panels.map((panel, k) => panelAxes(panel, groups, values[k]))),
        bargap: 0.3,
        annotations: panels.map((panel, k) => panelTitle(panel, MAIN_METRICS[k].heading)),
      },
    ),
  };
}

function bars(panel: Panel, metric: number, groups: Group<Run>[], values: (Aggregate | null)[]): Record<string, unknown> {
  const { label, meaning } = METRIC_TEXTS[MAIN_METRICS[metric].name];
  return {
    type: 'bar',
    orientation: 'h',
    xaxis: panel.x,
    yaxis: panel.y,
    y: groups.map((_, k) => k),
    x: values.map((value) => value && value.mean),
    error_x: {
      type: 'data',
      array: values.map(halfWidth),
      visible: values.some((value) => halfWidth(value) > 0),
      color: TEXT_GREY,
      thickness: 1.5,
      width: 4,
    },
    marker: {
      color: groups.map((group) => group.color),
      pattern: { shape: groups.map((group) => group.pattern), fillmode: 'replace' },
    },
    hoverinfo: 'text',
    hovertext: values.map((value, k) => (value ? `${groups[k].label}: ${label} ${inWords(value)}<br>${meaning}` : '')),
  };
}

/** The means as text beside the whiskers. */
function numbers(panel: Panel, groups: Group<Run>[], values: (Aggregate | null)[]): Record<string, unknown> {
  const end = (value: Aggregate) => value.mean + (value.mean < 0 ? -1 : 1) * halfWidth(value);
  return {
    type: 'scatter',
    mode: 'text',
    xaxis: panel.x,
    yaxis: panel.y,
    y: groups.map((_, k) => k),
    x: values.map((value) => (value ? end(value) : 0)),
    text: values.map((value) => (value ? ` ${formatNumber(value.mean, 3).replace('-', '−')} ` : ' not measured')),
    textposition: values.map((value) => (value && value.mean < 0 ? 'middle left' : 'middle right')),
    hoverinfo: 'skip',
    cliponaxis: false,
  };
}

function panelAxes(panel: Panel, groups: Group<Run>[], values: (Aggregate | null)[]): Record<string, unknown> {
  const ends = values.flatMap((value) => (value ? [value.mean - halfWidth(value), value.mean + halfWidth(value)] : []));
  const [low, high] = [Math.min(0, ...ends), Math.max(0, ...ends)];
  const air = Math.max(0.4 * (high - low), 0.1);
  const range = [low < 0 ? low - air : 0, high > 0 || low === 0 ? high + air : 0];
  return {
    [panel.xaxis]: axis('', {
      anchor: panel.y,
      domain: panel.xDomain,
      range,
      nticks: 5,
      zeroline: true,
      zerolinecolor: LINE_GREY,
      zerolinewidth: 1,
    }),
    [panel.yaxis]: axis('', {
      anchor: panel.x,
      domain: panel.yDomain,
      range: [groups.length - 0.5, -0.5],
      showgrid: false,
      showticklabels: panel.first,
      tickvals: groups.map((_, k) => k),
      ticktext: groups.map((group) => tickLabel(group.name)),
      ticks: '',
    }),
  };
}
