import { averageAccuracy } from '../metrics/formulas';
import { checkChoice, problem, shown, withDefaults } from '../utils/errors';
import { formatBytes, formatDuration } from '../utils/format';
import { axis, TEXT_GREY, type Figure } from './figure';
import { frame } from './layout';
import { labelSides, type Mark } from './markLabels';
import { checkRuns, groupByMethod, halfWidth, intervalNote, inWords, nameOf, summarise, type Group, type Run } from './runs';

/** Options of `costAccuracyFigure`. */
export interface CostAccuracyFigureOptions {
  /** Heading; default `What accuracy costs`. */
  title?: string;
  /**
   * What is paid with: `seconds` of training (default), or `memory`, what the method keeps of earlier tasks beside its network, for which
   * each run needs `memoryBytes`.
   */
  cost?: 'seconds' | 'memory';
}

const DEFAULTS = { title: 'What accuracy costs', cost: 'seconds' as 'seconds' | 'memory' };
const MEGABYTE = 1e6;

/**
 * Training time (or memory) against ACC, one mark per method: up and to the left is better. Against time, the area of a mark grows with
 * the memory of the process where all runs carry `peakMb`. Whiskers are 95 % intervals over seeds. The time axis is logarithmic where the
 * times span more than a factor of ten.
 *
 * @param runs one entry per method and seed, each that did not fail with `seconds`, or `memoryBytes`
 * @throws when a run has no time (no memory) or no method has a complete last column
 */
export function costAccuracyFigure(runs: readonly Run[], options?: CostAccuracyFigureOptions): Figure {
  const { title, cost } = withDefaults('costAccuracyFigure', options, DEFAULTS);
  checkChoice('costAccuracyFigure', 'cost', cost, ['seconds', 'memory']);
  checkRuns('costAccuracyFigure', runs);
  const done = runs.filter(({ failed }) => failed === undefined);
  done.forEach((run) => checkCost(run, cost));
  const all = groupByMethod(runs);
  const groups = all.filter((group) => group.items.some((run) => averageAccuracy(run.matrix) !== null));
  if (groups.length === 0) throw problem('costAccuracyFigure', 'no run has an ACC', 'evaluate all tasks after the last one');
  const sized = cost === 'seconds' && done.every((run) => Number.isFinite(run.peakMb) && run.peakMb! > 0);
  const largest = sized ? Math.max(...done.map((run) => run.peakMb!)) : undefined;
  const costs = done.map((run) => costOf(run, cost));
  const log = cost === 'seconds' && Math.max(...costs) > 10 * Math.min(...costs);
  const marks = groups.map((group) => mark(group, cost, largest));
  const place = { log, x: costRange(marks, log), y: accuracyRange(groups) };
  const sides = labelSides(
    marks.map((trace) => inPixels(trace, place)),
    PLOT,
  );
  return {
    data: marks.map((trace, k) => ({ ...trace, textposition: sides[k] })),
    layout: frame(
      'costAccuracyFigure',
      {
        title,
        from: runs,
        notes: [...intervalNote('Whiskers', all), ...(sized ? ['Area of a mark: memory.'] : [])],
        plotHeight: PLOT.height,
      },
      {
        xaxis: axis(AXIS[cost], { range: place.x, ...(log && { type: 'log', ...decades(place.x) }) }),
        yaxis: axis('ACC: mean accuracy at the end', { range: place.y }),
      },
    ),
  };
}

const AXIS = { seconds: 'training time in seconds', memory: 'what the method keeps of earlier tasks, in MB' } as const;

/** Seconds, or megabytes (10⁶ bytes). */
function costOf({ seconds, memoryBytes }: Run, cost: 'seconds' | 'memory'): number {
  return cost === 'seconds' ? seconds! : memoryBytes!.total / MEGABYTE;
}

function checkCost(run: Run, cost: 'seconds' | 'memory'): void {
  const named = `run '${nameOf(run)}', seed ${run.seed}`;
  if (cost === 'seconds') {
    if (Number.isFinite(run.seconds) && run.seconds! > 0) return;
    throw problem('costAccuracyFigure', `${named}, has the time ${shown(run.seconds)}`, 'give its seconds, more than 0');
  }
  const total = run.memoryBytes?.total;
  if (Number.isFinite(total) && total! >= 0) return;
  throw problem('costAccuracyFigure', `${named}, has the memory ${shown(total)}`, 'give its memoryBytes.total, 0 or more');
}

type Drawn = ReturnType<typeof mark>;

function mark(group: Group<Run>, cost: 'seconds' | 'memory', largest: number | undefined) {
  const acc = summarise(group.items.map((run) => averageAccuracy(run.matrix)))!;
  const paid = summarise(group.items.map((run) => costOf(run, cost)))!;
  const peakMb = largest === undefined ? null : summarise(group.items.map((run) => run.peakMb))!.mean;
  const used = peakMb === null ? '' : ` and ${formatBytes(peakMb * MEGABYTE)} of memory`;
  const price =
    cost === 'seconds' ? `in ${formatDuration(paid.mean)} of training${used}` : `keeping ${formatBytes(paid.mean * MEGABYTE)}`;
  const whiskers = { thickness: 1.5, width: 4, color: TEXT_GREY };
  return {
    type: 'scatter',
    mode: 'markers+text',
    name: group.short,
    x: [paid.mean],
    y: [acc.mean],
    error_x: { ...whiskers, type: 'data', array: [halfWidth(paid)], visible: halfWidth(paid) > 0 },
    error_y: { ...whiskers, type: 'data', array: [halfWidth(acc)], visible: halfWidth(acc) > 0 },
    text: [group.short],
    cliponaxis: false,
    marker: { color: group.color, size: peakMb === null ? 13 : 8 + 22 * Math.sqrt(peakMb / largest!), opacity: 0.9 },
    hoverinfo: 'text',
    hovertext: [`${group.label}: ACC ${inWords(acc)}<br>${price}`],
  };
}

/** Position on the axis of costs: the power of ten where it is logarithmic. */
const onAxis = (cost: number, log: boolean): number => (log ? Math.log10(cost) : cost);

/** From a little left of the first mark (where the axis is linear, from 0) to a little right of the last whisker. */
function costRange(marks: readonly Drawn[], log: boolean): [number, number] {
  const means = marks.map(({ x }) => x[0]);
  const ends = marks.map(({ x, error_x }) => x[0] + error_x.array[0]);
  const [low, high] = log ? [Math.log10(Math.min(...means)), Math.log10(Math.max(...ends))] : [0, Math.max(...ends) || 1];
  const air = 0.08 * (high - low);
  return [log ? low - 1.5 * air : -air / 4, high + air];
}

/** Marks of a logarithmic axis, written in full: Plotly itself would write 5 for 0.5. */
function decades([low, high]: readonly [number, number]): { tickvals: number[]; ticktext: string[] } {
  const factors = high - low < 2.5 ? [1, 2, 5] : [1];
  const powers = Array.from({ length: Math.floor(high) - Math.floor(low) + 1 }, (_, k) => Math.floor(low) + k);
  const tickvals = powers
    .flatMap((power) => factors.map((factor) => Number(`${factor}e${power}`)))
    .filter((value) => Math.log10(value) >= low && Math.log10(value) <= high);
  return { tickvals, ticktext: tickvals.map(String) };
}

/** Pixels of the plot; its width is what a figure is assumed to have. */
const PLOT = { width: 600, height: 300 };

/** The mark in pixels of the plot, for its name's place. A whisker that would reach below 0 on a logarithmic axis ends at its left. */
function inPixels(
  { x, y, error_x, error_y, marker, text }: Drawn,
  place: { log: boolean; x: [number, number]; y: [number, number] },
): Mark {
  const across = PLOT.width / (place.x[1] - place.x[0]);
  const upright = PLOT.height / (place.y[1] - place.y[0]);
  const at = onAxis(x[0], place.log);
  const shorter = x[0] - error_x.array[0];
  const low = place.log && shorter <= 0 ? place.x[0] : onAxis(shorter, place.log);
  return {
    x: (at - place.x[0]) * across,
    y: (place.y[1] - y[0]) * upright,
    radius: marker.size / 2,
    reach: { x: (at - low) * across, y: error_y.array[0] * upright },
    text: text[0],
  };
}

/** From a little below the lowest mark to the top: a scatter plot needs no zero. */
function accuracyRange(groups: Group<Run>[]): [number, number] {
  const lows = groups.map((group) => {
    const acc = summarise(group.items.map((run) => averageAccuracy(run.matrix)))!;
    return acc.mean - halfWidth(acc);
  });
  return [Math.max(0, Math.min(...lows) - 0.05), 1.03];
}
