import { averageAccuracy } from '../metrics/formulas';
import { checkChoice, problem, shown, withDefaults } from '../utils/errors';
import { formatBytes, formatDuration } from '../utils/format';
import { axis, TEXT_GREY, type Figure } from './figure';
import { frame } from './layout';
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
  return {
    data: marks.map((trace) => ({ ...trace, textposition: crowded(trace, marks, log) ? 'middle left' : 'middle right' })),
    layout: frame(
      'costAccuracyFigure',
      {
        title,
        from: runs,
        notes: [...intervalNote('Whiskers', all), ...(sized ? ['Area of a mark: memory.'] : [])],
        plotHeight: 300,
      },
      {
        xaxis: axis(AXIS[cost], log ? { type: 'log', dtick: 'D2' } : { rangemode: 'tozero' }),
        yaxis: axis('ACC: mean accuracy at the end', { range: accuracyRange(groups) }),
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
    text: [`  ${group.short}  `],
    cliponaxis: false,
    marker: { color: group.color, size: peakMb === null ? 13 : 8 + 22 * Math.sqrt(peakMb / largest!), opacity: 0.9 },
    hoverinfo: 'text',
    hovertext: [`${group.label}: ACC ${inWords(acc)}<br>${price}`],
  };
}

/** Whether another mark stands where this one's name would be written, to the right. */
function crowded(own: { x: number[]; y: number[] }, all: readonly { x: number[]; y: number[] }[], log: boolean): boolean {
  const place = ({ x }: { x: number[] }) => (log ? Math.log(x[0]) : x[0]);
  const width = Math.max(...all.map(place)) - (log ? Math.min(...all.map(place)) : 0);
  return all.some((other) => {
    const ahead = place(other) - place(own);
    return other !== own && ahead > 0 && ahead < 0.18 * width && Math.abs(other.y[0] - own.y[0]) < 0.05;
  });
}

/** From a little below the lowest mark to the top: a scatter plot needs no zero. */
function accuracyRange(groups: Group<Run>[]): [number, number] {
  const lows = groups.map((group) => {
    const acc = summarise(group.items.map((run) => averageAccuracy(run.matrix)))!;
    return acc.mean - halfWidth(acc);
  });
  return [Math.max(0, Math.min(...lows) - 0.1), 1.03];
}
