import { escapeHtml } from '../../utils/html';
import { GRID_GREY, TEXT_GREY } from '../figure';
import { label, px } from './label';
import { makeScale, type Extent, type Loose, type Scale } from './scale';
import { fittedTicks } from './ticks';
import { drawTrace } from './traces';

/** A rectangle of the picture, in pixels. */
export interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** One panel with axes, shapes and traces; null when a trace is of a type that the picture does not know. */
export function drawPanel(key: string, traces: Loose[], layout: Loose, whole: Box): string | null {
  const [xKey, yKey] = key.split(' ').map((name) => name.replace(/^([xy])/, '$1axis'));
  const [xAxis, yAxis] = [resolved(layout, xKey), resolved(layout, yKey)];
  const inside = boxOf(xAxis, yAxis, whole);
  const { left, right, bottom, top } = inside;
  const square = yAxis.scaleanchor ? sameScale(xAxis.range, yAxis.range, right - left, bottom - top) : null;
  const x = makeScale(xAxis, extentOf(traces, 'x'), left, square ? left + square[0] : right);
  const y = makeScale(yAxis, extentOf(traces, 'y'), square ? top + square[1] : bottom, top);
  const bars = {
    traces: traces.filter(({ type }) => type === 'bar'),
    mode: layout.barmode ?? 'group',
    gap: layout.bargap ?? 0.2,
  };
  const drawn = traces.map((trace) => drawTrace(trace, { x, y, bars }));
  if (drawn.includes(null)) return null;
  const [xRef, yRef] = key.split(' ');
  const own = ((layout.shapes ?? []) as Loose[]).filter(
    ({ xref = 'x', yref = 'y' }) => xref.split(' ')[0] === xRef && yref.split(' ')[0] === yRef,
  );
  const shapes = (below: boolean) =>
    own
      .filter(({ layer }) => (layer === 'below') === below)
      .map((shape) => drawShape(shape, x, y, inside))
      .join('');
  return axes(xAxis, yAxis, x, y, inside) + shapes(true) + drawn.join('') + shapes(false);
}

/** The panel's part of the whole plot. */
function boxOf(xAxis: Loose, yAxis: Loose, whole: Box): Box {
  const part = ([from, to]: number[], a: number, b: number) => [a + from * (b - a), a + to * (b - a)];
  const [left, right] = part(xAxis.domain ?? [0, 1], whole.left, whole.right);
  const [bottom, top] = part(yAxis.domain ?? [0, 1], whole.bottom, whole.top);
  return { left, right, bottom, top };
}

/** An axis with what it takes over from another one (`matches`). */
function resolved(layout: Loose, key: string): Loose {
  const own: Loose = layout[key] ?? {};
  const model = own.matches ? layout[String(own.matches).replace(/^([xy])/, '$1axis')] : undefined;
  return model && !own.range ? { ...own, range: model.range } : own;
}

/** Width and height in pixels when both axes have the same scale. */
function sameScale(x: unknown, y: unknown, width: number, height: number): [number, number] | null {
  if (!Array.isArray(x) || !Array.isArray(y)) return null;
  const [columns, rows] = [Math.abs(x[1] - x[0]), Math.abs(y[1] - y[0])];
  const unit = Math.min(width / columns, height / rows);
  return [columns * unit, rows * unit];
}

/** The values that an axis has to show. */
function extentOf(traces: Loose[], axis: 'x' | 'y'): Extent {
  const extent: Extent = { values: [], reach: 0, zero: false };
  for (const trace of traces) {
    const cells = trace.type === 'heatmap' ? (axis === 'x' ? (trace.z[0] ?? []) : trace.z).map((_: unknown, k: number) => k) : [];
    const values: unknown[] = trace[axis] ?? cells;
    extent.values.push(...values);
    const error: Loose = trace[`error_${axis}`] ?? {};
    if (error.visible !== false && Array.isArray(error.array)) {
      values.forEach((value, k) => {
        const half = Number(error.array[k] ?? 0);
        if (typeof value === 'number') extent.values.push(value - half, value + half);
      });
    }
    const lengthwise = trace.type === 'bar' && (axis === 'x') === (trace.orientation === 'h');
    if (lengthwise) extent.zero = true;
    else if (trace.type === 'bar' || trace.type === 'heatmap') extent.reach = 0.5;
  }
  return extent;
}

function axes(xAxis: Loose, yAxis: Loose, x: Scale, y: Scale, box: Box): string {
  const grid = (axis: Loose, d: string) => (axis.showgrid === false ? '' : `<path d="${d}" stroke="${GRID_GREY}"/>`);
  const onTop = xAxis.side === 'top';
  const slanting = Number(xAxis.tickangle ?? 0) !== 0 && xAxis.tickangle !== 'auto';
  const columns = slanting ? x.ticks : fittedTicks(x.ticks, Array.isArray(xAxis.ticktext));
  const lines = slanting ? 4 : Math.max(1, ...columns.map(({ label: text }) => text.split('<br>').length));
  const below = columns.map(({ position, label: text }) => {
    const y = onTop ? box.top - 8 - 14 * (lines - 1) : box.bottom + 18;
    const place = slanting
      ? `text-anchor="end" transform="rotate(${px(Number(xAxis.tickangle))} ${px(position)} ${px(y)})"`
      : 'text-anchor="middle"';
    return grid(xAxis, `M${px(position)} ${px(box.top)}V${px(box.bottom)}`) + label(position, y, text, place);
  });
  const beside = y.ticks.map((tick) => {
    const middle = tick.position + 4 - 7 * (tick.label.split('<br>').length - 1);
    return (
      grid(yAxis, `M${px(box.left)} ${px(tick.position)}H${px(box.right)}`) +
      label(box.left - 8, middle, tick.label, 'text-anchor="end"')
    );
  });
  const [xTitle, yTitle] = [xAxis.title?.text, yAxis.title?.text];
  const middle = (box.top + box.bottom) / 2;
  const xTitleAt = box.bottom + 24 + 14 * (onTop ? 0 : lines);
  return (
    below.join('') +
    beside.join('') +
    (xTitle ? label((box.left + box.right) / 2, xTitleAt, xTitle, 'text-anchor="middle"') : '') +
    (yTitle ? label(11, middle, yTitle, `text-anchor="middle" transform="rotate(-90 11 ${px(middle)})"`) : '')
  );
}

/** A line or rectangle; other shapes, and those that lie nowhere, are left out. */
function drawShape(shape: Loose, x: Scale, y: Scale, box: Box): string {
  const domain = String(shape.yref).endsWith('domain');
  const vertical = (value: number) => (domain ? box.bottom + value * (box.top - box.bottom) : y.at(value));
  const across = (value: number) =>
    String(shape.xref).endsWith('domain') ? box.left + value * (box.right - box.left) : x.at(value);
  const [x0, x1, y0, y1] = [across(shape.x0), across(shape.x1), vertical(shape.y0), vertical(shape.y1)];
  if (![x0, x1, y0, y1].every(Number.isFinite)) return '';
  const { color = TEXT_GREY, width = 1, dash = 'solid' } = (shape.line ?? {}) as Loose;
  const stroke = `stroke="${escapeHtml(color)}" stroke-width="${escapeHtml(width)}" fill="${escapeHtml(shape.fillcolor ?? 'none')}"`;
  const dashed = dash === 'solid' ? '' : ' stroke-dasharray="6 4"';
  if (shape.type === 'line') return `<path d="M${px(x0)} ${px(y0)}L${px(x1)} ${px(y1)}" ${stroke}${dashed}/>`;
  if (shape.type !== 'rect') return '';
  return `<rect x="${px(Math.min(x0, x1))}" y="${px(Math.min(y0, y1))}" width="${px(Math.abs(x1 - x0))}" height="${px(Math.abs(y1 - y0))}" ${stroke}${dashed}/>`;
}
