import { niceStep } from '../niceStep';

/** Parts of Plotly's JSON, read loosely: the picture takes what it knows and leaves the rest. */
export type Loose = Record<string, any>;

/** A mark of an axis. */
export interface Tick {
  position: number;
  label: string;
}

/** One axis of the picture: from data values to pixels. */
export interface Scale {
  /** Pixel of a value; NaN for what cannot be placed. */
  at(value: unknown): number;
  /** Pixels of one unit of the axis. */
  unit: number;
  ticks: Tick[];
}

/** The two scales that a trace is drawn on, and the traces beside it. */
export interface Place {
  x: Scale;
  y: Scale;
  /** Bars of the same panel, in order, and how they share a position. */
  bars: { traces: Loose[]; mode: string; gap: number };
}

/** Values of an axis that are shown: numbers, or names in order of appearance. */
export interface Extent {
  values: unknown[];
  /** Half the width of a bar or cell, in units of the axis. */
  reach: number;
  /** Whether 0 has to be on the axis. */
  zero: boolean;
}

/** The scale of a Plotly axis between two pixels (`from` is the left or lower end). */
export function makeScale(axis: Loose, extent: Extent, from: number, to: number): Scale {
  const names = extent.values.some((value) => typeof value === 'string' && !isNumeric(value))
    ? [...new Set(extent.values.map(String))]
    : null;
  const log = axis.type === 'log';
  const position = (value: unknown): number => {
    if (names) return typeof value === 'number' ? value : names.indexOf(String(value));
    if (value === null || value === undefined || value === '') return NaN;
    return log ? Math.log10(Number(value)) : Number(value);
  };
  const [low, high] = rangeOf(axis, extent, position, names !== null);
  const unit = (to - from) / (high - low || 1);
  const at = (value: unknown) => from + (position(value) - low) * unit;
  const ticks =
    axis.showticklabels === false
      ? []
      : ticksOf(axis, [low, high], names, log).filter(({ value }) => isBetween(position(value), low, high));
  return { at, unit: Math.abs(unit), ticks: ticks.map(({ value, label }) => ({ position: at(value), label })) };
}

function rangeOf(
  axis: Loose,
  { values, reach, zero }: Extent,
  position: (value: unknown) => number,
  named: boolean,
): [number, number] {
  if (Array.isArray(axis.range) && axis.range.every(Number.isFinite)) return [axis.range[0], axis.range[1]];
  const numbers = values.map(position).filter(Number.isFinite);
  let low = Math.min(...numbers);
  let high = Math.max(...numbers);
  if (!Number.isFinite(low)) [low, high] = [0, 1];
  if (zero || axis.rangemode === 'tozero') [low, high] = [Math.min(0, low), Math.max(0, high)];
  const air = reach > 0 || named ? Math.max(reach, named ? 0.5 : 0) : 0.06 * (high - low || 1);
  const range: [number, number] = [low === 0 && zero ? 0 : low - air, high + air];
  return axis.autorange === 'reversed' ? [range[1], range[0]] : range;
}

function ticksOf(
  axis: Loose,
  [low, high]: [number, number],
  names: string[] | null,
  log: boolean,
): { value: unknown; label: string }[] {
  if (Array.isArray(axis.tickvals)) {
    return axis.tickvals.map((value: unknown, k: number) => ({ value, label: String(axis.ticktext?.[k] ?? value) }));
  }
  if (names) return names.map((name) => ({ value: name, label: name }));
  const [from, to] = [Math.min(low, high), Math.max(low, high)];
  if (log) {
    const powers = Array.from({ length: Math.floor(to) - Math.ceil(from) + 1 }, (_, k) => 10 ** (Math.ceil(from) + k));
    return powers.map((value) => ({ value, label: shortNumber(value) }));
  }
  const step = niceStep((to - from) / 5);
  const first = Math.ceil(from / step);
  return Array.from({ length: Math.floor(to / step) - first + 1 }, (_, k) => {
    const value = Number(((first + k) * step).toPrecision(12));
    return { value, label: shortNumber(value) };
  });
}

function shortNumber(value: number): string {
  if (Math.abs(value) >= 1e6) return `${Number((value / 1e6).toPrecision(3))}M`;
  if (Math.abs(value) >= 1e4) return `${Number((value / 1e3).toPrecision(3))}k`;
  return String(Number(value.toPrecision(6)));
}

function isNumeric(value: string): boolean {
  return value.trim() !== '' && Number.isFinite(Number(value));
}

function isBetween(value: number, a: number, b: number): boolean {
  return value >= Math.min(a, b) - 1e-9 && value <= Math.max(a, b) + 1e-9;
}
