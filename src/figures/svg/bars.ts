import { escapeHtml } from '../../utils/html';
import { px } from './label';
import type { Loose, Place } from './scale';
import { paleness, whisker } from './strokes';

/** Bars side by side or stacked, upright or lying, with whiskers. */
export function bars(trace: Loose, { x, y, bars: group }: Place): string {
  const flat = trace.orientation === 'h';
  const [along, across] = flat ? [y, x] : [x, y];
  const stacked = group.mode === 'stack';
  const index = group.traces.indexOf(trace);
  const count = stacked ? 1 : group.traces.length;
  const width = (along.unit * (1 - group.gap)) / count;
  const valuesOf = (other: Loose): (number | null)[] => (flat ? other.x : other.y);
  const draw = (position: unknown, k: number): string => {
    const amount = valuesOf(trace)[k];
    if (typeof amount !== 'number') return '';
    const below = stacked ? group.traces.slice(0, index).reduce((sum, other) => sum + Number(valuesOf(other)[k] ?? 0), 0) : 0;
    const start = along.at(position) - (width * count) / 2 + (stacked ? 0 : index * width);
    const [low, high] = [across.at(below), across.at(below + amount)].sort((p, q) => p - q);
    if (![start, low, high].every(Number.isFinite)) return '';
    const { color = '#0072B2', pattern } = (trace.marker ?? {}) as Loose;
    const [left, top, w, h] = (flat ? [low, start, high - low, width] : [start, low, width, high - low]).map(px);
    const fill = `fill="${escapeHtml(one(color, k))}"${paleness(one(pattern?.shape, k))}`;
    const [end, middle] = [across.at(below + amount), start + width / 2];
    const at: [number, number] = flat ? [end, middle] : [middle, end];
    return `<rect x="${left}" y="${top}" width="${w}" height="${h}" ${fill}/>${whisker(trace, flat ? 'x' : 'y', across, at, k)}`;
  };
  return ((flat ? trace.y : trace.x) as unknown[]).map(draw).join('');
}

/** A setting of all bars, or the one of bar `k`. */
function one(setting: unknown, k: number): unknown {
  return Array.isArray(setting) ? setting[k] : setting;
}
