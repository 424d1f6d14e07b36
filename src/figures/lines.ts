import type { Aggregate } from '../metrics/statistics';
import { withOpacity } from './color';
import type { Group, Named } from './runs';

/** What a line with an interval band is drawn from. */
export interface LineInput {
  group: Group<Named>;
  /** Horizontal positions. */
  x: readonly (number | string)[];
  /** Mean and interval at each position; null where nothing was measured (the line has a gap there). */
  values: readonly (Aggregate | null)[];
  /** Hover text of each position. */
  hover: readonly string[];
  /** Plotly axis names; default `x` and `y`. */
  axes?: { x: string; y: string };
  /** Whether this line stands for its group in the legend; default false. */
  inLegend?: boolean;
}

/** Values this close, as a share of the axis, are one line to the eye: about half a line's width in a panel. */
const SAME = 0.01;
/** Width of a line in pixels. */
const LINE = 2;
/** With more points than this, markers are smaller. */
const CROWD = 25;
/** What a line gains in width, in pixels, for each line that runs on top of it, and what the lowest one gains at most. */
const RIM = 2.5;
const MOST = 8;

/**
 * The lines of one panel, each with markers, and with a band of the 95 % interval where there are several seeds. Where lines
 * run on top of each other from end to end, those below are wider and their markers larger, so that all can be seen.
 *
 * @param span length of the axis of values in its own units; default 1
 */
export function lineTraces(inputs: readonly LineInput[], span = 1): Record<string, unknown>[] {
  const above = inputs.map((input, k) => inputs.slice(k + 1).filter((other) => covers(other, input, SAME * span)).length);
  const rim = Math.min(RIM, MOST / Math.max(1, ...above));
  return inputs.flatMap((input, k) => lineWithBand(input, rim * above[k]));
}

/** Explains wide lines, where there are some. */
export function overlapNote(traces: readonly Record<string, unknown>[]): string[] {
  const wide = traces.some(({ mode, line }) => mode === 'lines+markers' && (line as { width: number }).width > LINE);
  return wide ? ['A wide line lies below others that run on top of it.'] : [];
}

/** Whether `upper` leaves nothing to be seen of `lower`. */
function covers(upper: LineInput, lower: LineInput, same: number): boolean {
  const heights = new Map(upper.x.map((x, k) => [x, upper.values[k]?.mean]));
  const near = (value: Aggregate | null, k: number) =>
    value === null || Math.abs(value.mean - (heights.get(lower.x[k]) ?? Infinity)) <= same;
  return lower.values.some((value) => value !== null) && lower.values.every(near);
}

function lineWithBand(input: LineInput, extraWidth: number): Record<string, unknown>[] {
  const { group, x, values, hover, axes = { x: 'x', y: 'y' }, inLegend = false } = input;
  const shared = { type: 'scatter', xaxis: axes.x, yaxis: axes.y, legendgroup: group.label };
  const line = {
    ...shared,
    name: group.short,
    mode: 'lines+markers',
    x,
    y: values.map((value) => value && value.mean),
    line: { color: group.color, width: LINE + extraWidth, dash: group.dash },
    marker: { color: group.color, symbol: group.symbol, size: (x.length > CROWD ? 4 : 7) + 1.3 * extraWidth },
    hoverinfo: 'text',
    hovertext: hover,
    showlegend: inLegend,
  };
  return [...bands(values, x).map((outline) => ({ ...shared, ...outline, ...bandStyle(group.color) })), line];
}

function bandStyle(color: string): Record<string, unknown> {
  return {
    mode: 'lines',
    line: { width: 0 },
    fill: 'toself',
    fillcolor: withOpacity(color, 0.18),
    hoverinfo: 'skip',
    showlegend: false,
  };
}

/** Outlines of the interval, one per stretch without gaps: forth along the upper ends, back along the lower. */
function bands(values: readonly (Aggregate | null)[], x: readonly (number | string)[]): { x: unknown[]; y: number[] }[] {
  const stretches: { at: number | string; low: number; high: number }[][] = [[]];
  values.forEach((value, k) => {
    if (value?.low == null || value.high === null) stretches.push([]);
    else stretches.at(-1)!.push({ at: x[k], low: value.low, high: value.high });
  });
  return stretches
    .filter((points) => points.length > 1)
    .map((points) => {
      const back = [...points].reverse();
      return {
        x: [...points, ...back].map((point) => point.at),
        y: [...points.map((point) => point.high), ...back.map((point) => point.low)],
      };
    });
}
