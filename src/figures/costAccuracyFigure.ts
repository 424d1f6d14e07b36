import { averageAccuracy } from '../metrics/formulas';
import { problem, shown, withDefaults } from '../utils/errors';
import { formatBytes, formatDuration } from '../utils/format';
import { axis, TEXT_GREY, type Figure } from './figure';
import { frame } from './layout';
import { checkRuns, groupByMethod, halfWidth, intervalNote, inWords, nameOf, summarise, type Group, type Run } from './runs';

/** Options of `costAccuracyFigure`. */
export interface CostAccuracyFigureOptions {
  /** Heading; default `What accuracy costs`. */
  title?: string;
}

/**
 * Training time against ACC, one mark per method: up and to the left is better. Where all runs carry `peakMb`, the area of
 * a mark grows with the memory used. Whiskers are 95 % intervals over seeds. The time axis is logarithmic where the times
 * span more than a factor of ten.
 *
 * @param runs one entry per method and seed, each that did not fail with `seconds`
 * @throws when a run has no time or no method has a complete last column
 */
export function costAccuracyFigure(runs: readonly Run[], options?: CostAccuracyFigureOptions): Figure {
  const { title } = withDefaults('costAccuracyFigure', options, { title: 'What accuracy costs' });
  checkRuns('costAccuracyFigure', runs);
  const done = runs.filter(({ failed }) => failed === undefined);
  const untimed = done.find((run) => !(Number.isFinite(run.seconds) && run.seconds! > 0));
  if (untimed)
    throw problem(
      'costAccuracyFigure',
      `run '${nameOf(untimed)}', seed ${untimed.seed}, has the time ${shown(untimed.seconds)}`,
      'give its seconds, more than 0',
    );
  const all = groupByMethod(runs);
  const groups = all.filter((group) => group.items.some((run) => averageAccuracy(run.matrix) !== null));
  if (groups.length === 0) throw problem('costAccuracyFigure', 'no run has an ACC', 'evaluate all tasks after the last one');
  const memory = done.every((run) => Number.isFinite(run.peakMb) && run.peakMb! > 0);
  const largest = memory ? Math.max(...done.map((run) => run.peakMb!)) : 1;
  const times = done.map((run) => run.seconds!);
  const log = Math.max(...times) > 10 * Math.min(...times);
  const marks = groups.map((group) => mark(group, memory, largest));
  return {
    data: marks.map((trace) => ({ ...trace, textposition: crowded(trace, marks, log) ? 'middle left' : 'middle right' })),
    layout: frame(
      'costAccuracyFigure',
      {
        title,
        from: runs,
        notes: [...intervalNote('Whiskers', all), ...(memory ? ['Area of a mark: memory.'] : [])],
        plotHeight: 300,
      },
      {
        xaxis: axis('training time in seconds', log ? { type: 'log', dtick: 'D2' } : { rangemode: 'tozero' }),
        yaxis: axis('ACC: mean accuracy at the end', { range: accuracyRange(groups) }),
      },
    ),
  };
}

function mark(group: Group<Run>, memory: boolean, largest: number) {
  const acc = summarise(group.items.map((run) => averageAccuracy(run.matrix)))!;
  const time = summarise(group.items.map((run) => run.seconds))!;
  const peakMb = memory ? summarise(group.items.map((run) => run.peakMb))!.mean : null;
  const used = peakMb === null ? '' : ` and ${formatBytes(peakMb * 1e6)} of memory`;
  const whiskers = { thickness: 1.5, width: 4, color: TEXT_GREY };
  return {
    type: 'scatter',
    mode: 'markers+text',
    name: group.short,
    x: [time.mean],
    y: [acc.mean],
    error_x: { ...whiskers, type: 'data', array: [halfWidth(time)], visible: halfWidth(time) > 0 },
    error_y: { ...whiskers, type: 'data', array: [halfWidth(acc)], visible: halfWidth(acc) > 0 },
    text: [`  ${group.short}  `],
    cliponaxis: false,
    marker: { color: group.color, size: peakMb === null ? 13 : 8 + 22 * Math.sqrt(peakMb / largest), opacity: 0.9 },
    hoverinfo: 'text',
    hovertext: [`${group.label}: ACC ${inWords(acc)}<br>in ${formatDuration(time.mean)} of training${used}`],
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
