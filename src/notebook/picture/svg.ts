import type { Figure } from '../../figures/figure';
import { escapeHtml } from '../html';
import { figureTitle } from '../plainFigure';
import { makeScale, type Extent, type Loose, type Scale } from './scale';
import { drawTrace, label, px } from './traces';

const WIDTH = 720;
const GREY = '#7a7a7a';
const LINE = 'rgba(128,128,128,0.25)';

/**
 * A still picture of a figure as SVG, for pages without Plotly and for live updates. It knows what the library's own
 * figures are made of: lines, bars, heatmaps, images, panels, legends, notes.
 *
 * @returns null when the figure holds something else
 */
export function figureSvg(figure: Figure): string | null {
  const layout = figure.layout as Loose;
  const height = Number(layout.height ?? 400);
  const traces = figure.data as Loose[];
  const panels = panelsOf(traces, layout);
  const longest = Math.max(
    0,
    ...Object.keys(layout)
      .filter((key) => key.startsWith('yaxis'))
      .flatMap((key) => (layout[key].ticktext ?? []).map((text: unknown) => String(text).length)),
  );
  const margin = { l: 56, r: 24, t: 64, b: 48, ...layout.margin };
  const box = { left: Math.max(margin.l, 34 + 6.5 * longest), right: WIDTH - margin.r, top: margin.t, bottom: height - margin.b };
  const parts: string[] = [];
  for (const [key, own] of panels) {
    const drawn = drawPanel(key, own, layout, box);
    if (drawn === null) return null;
    parts.push(drawn);
  }
  for (const note of (layout.annotations ?? []) as Loose[]) parts.push(annotation(note, box));
  if (layout.showlegend) parts.push(legend(traces, box.left, 52));
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" ` +
    `font-family="system-ui, sans-serif" font-size="12" fill="${GREY}">${label(box.left, 30, figureTitle(figure), 'font-size="16"')}${parts.join('')}</svg>`
  );
}

/** The picture as an `<img>`, which untrusted notebooks and code hosts keep; null as `figureSvg`. */
export function figureImage(figure: Figure): string | null {
  const svg = figureSvg(figure);
  if (svg === null) return null;
  return `<img alt="${escapeHtml(figureTitle(figure))}" src="data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}">`;
}

interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** Traces by panel, e.g. `x2 y2`; a panel without traces counts when both of its axes are in the layout. */
function panelsOf(traces: Loose[], layout: Loose): Map<string, Loose[]> {
  const panels = new Map<string, Loose[]>();
  for (const trace of traces) {
    const key = `${trace.xaxis ?? 'x'} ${trace.yaxis ?? 'y'}`;
    panels.set(key, [...(panels.get(key) ?? []), trace]);
  }
  for (const [, number] of Object.keys(layout).flatMap((key) => [...key.matchAll(/^xaxis(\d*)$/g)])) {
    const key = `x${number} y${number}`;
    if (layout[`yaxis${number}`] && !panels.has(key)) panels.set(key, []);
  }
  return panels;
}

function drawPanel(key: string, traces: Loose[], layout: Loose, whole: Box): string | null {
  const [xKey, yKey] = key.split(' ').map((name) => name.replace(/^([xy])/, '$1axis'));
  const [xAxis, yAxis] = [resolved(layout, xKey), resolved(layout, yKey)];
  const part = ([from, to]: number[], a: number, b: number) => [a + from * (b - a), a + to * (b - a)];
  const [left, right] = part(xAxis.domain ?? [0, 1], whole.left, whole.right);
  const [bottom, top] = part(yAxis.domain ?? [0, 1], whole.bottom, whole.top);
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
  const inside = { left, right, top, bottom };
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

/** An axis with what it takes over from another one (`matches`). */
function resolved(layout: Loose, key: string): Loose {
  const own: Loose = layout[key] ?? {};
  const model = own.matches ? layout[String(own.matches).replace(/^([xy])/, '$1axis')] : undefined;
  return model && !own.range ? { ...own, range: model.range } : own;
}

/** Width and height in pixels when both axes have the same scale. */
function sameScale(x: number[], y: number[], width: number, height: number): [number, number] {
  const [columns, rows] = [Math.abs(x[1] - x[0]), Math.abs(y[1] - y[0])];
  const unit = Math.min(width / columns, height / rows);
  return [columns * unit, rows * unit];
}

function extentOf(traces: Loose[], axis: 'x' | 'y'): Extent {
  const extent: Extent = { values: [], reach: 0, zero: false };
  for (const trace of traces) {
    const cells = trace.type === 'heatmap' ? (axis === 'x' ? trace.z[0] : trace.z).map((_: unknown, k: number) => k) : [];
    const values: unknown[] = trace[axis] ?? cells;
    extent.values.push(...values);
    const error: Loose = trace[`error_${axis}`] ?? {};
    if (error.visible)
      values.forEach(
        (value, k) => typeof value === 'number' && extent.values.push(value - error.array[k], value + error.array[k]),
      );
    const lengthwise = trace.type === 'bar' && (axis === 'x') === (trace.orientation === 'h');
    if (lengthwise) extent.zero = true;
    else if (trace.type === 'bar' || trace.type === 'heatmap') extent.reach = 0.5;
  }
  const stacked = traces.filter(({ type }) => type === 'bar');
  if (extent.zero && stacked.length > 1) extent.values.push(0);
  return extent;
}

function axes(xAxis: Loose, yAxis: Loose, x: Scale, y: Scale, box: Box): string {
  const grid = (axis: Loose, d: string) => (axis.showgrid === false ? '' : `<path d="${d}" stroke="${LINE}"/>`);
  const columns = x.ticks.map(
    (tick) =>
      grid(xAxis, `M${px(tick.position)} ${px(box.top)}V${px(box.bottom)}`) +
      label(tick.position, xAxis.side === 'top' ? box.top - 8 : box.bottom + 18, tick.label, 'text-anchor="middle"'),
  );
  const rows = y.ticks.map(
    (tick) =>
      grid(yAxis, `M${px(box.left)} ${px(tick.position)}H${px(box.right)}`) +
      label(box.left - 8, tick.position + 4, tick.label, 'text-anchor="end"'),
  );
  const [xTitle, yTitle] = [xAxis.title?.text, yAxis.title?.text];
  const middle = (box.top + box.bottom) / 2;
  return (
    columns.join('') +
    rows.join('') +
    (xTitle ? label((box.left + box.right) / 2, box.bottom + 38, xTitle, 'text-anchor="middle"') : '') +
    (yTitle ? label(11, middle, yTitle, `text-anchor="middle" transform="rotate(-90 11 ${px(middle)})"`) : '')
  );
}

function drawShape(shape: Loose, x: Scale, y: Scale, box: Box): string {
  const domain = String(shape.yref).endsWith('domain');
  const vertical = (value: number) => (domain ? box.bottom + value * (box.top - box.bottom) : y.at(value));
  const across = (value: number) =>
    String(shape.xref).endsWith('domain') ? box.left + value * (box.right - box.left) : x.at(value);
  const [x0, x1] = [across(shape.x0), across(shape.x1)];
  const [y0, y1] = [vertical(shape.y0), vertical(shape.y1)];
  const stroke = `stroke="${escapeHtml(shape.line?.color ?? GREY)}" stroke-width="${shape.line?.width ?? 1}" fill="${escapeHtml(shape.fillcolor ?? 'none')}"`;
  const dashed = shape.line?.dash && shape.line.dash !== 'solid' ? ' stroke-dasharray="6 4"' : '';
  if (shape.type === 'line') return `<path d="M${px(x0)} ${px(y0)}L${px(x1)} ${px(y1)}" ${stroke}${dashed}/>`;
  return `<rect x="${px(Math.min(x0, x1))}" y="${px(Math.min(y0, y1))}" width="${px(Math.abs(x1 - x0))}" height="${px(Math.abs(y1 - y0))}" ${stroke}${dashed}/>`;
}

/** A note placed on the whole plot (`paper`); others are left out. */
function annotation(note: Loose, box: Box): string {
  if (note.xref !== 'paper' || note.yref !== 'paper') return '';
  const anchor = { left: 'start', right: 'end', center: 'middle' }[String(note.xanchor ?? 'center')] ?? 'middle';
  const x = box.left + Number(note.x) * (box.right - box.left) + Number(note.xshift ?? 0);
  const y = box.bottom + Number(note.y) * (box.top - box.bottom) - Number(note.yshift ?? 0);
  return label(x, y - (note.yanchor === 'bottom' ? 3 : -4), note.text, `text-anchor="${anchor}"`);
}

function legend(traces: Loose[], left: number, y: number): string {
  let x = left;
  return traces
    .filter((trace) => trace.name && trace.showlegend !== false)
    .map((trace) => {
      const color = trace.line?.color ?? trace.marker?.color;
      const fill = escapeHtml(Array.isArray(color) ? color[0] : (color ?? GREY));
      const entry = `<rect x="${px(x)}" y="${px(y - 9)}" width="14" height="9" fill="${fill}"/>${label(x + 19, y, trace.name)}`;
      x += 38 + 6.6 * String(trace.name).length;
      return entry;
    })
    .join('');
}
