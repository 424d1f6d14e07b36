import { escapeHtml } from '../../utils/html';
import { label, px } from './label';
import type { Loose, Place } from './scale';
import { dashOf, whisker } from './strokes';

/** Lines, areas, marks with whiskers, and texts. */
export function scatter(trace: Loose, { x, y }: Place): string {
  const points = (trace.x as unknown[]).map((value, k): [number, number] => [x.at(value), y.at(trace.y[k])]);
  const mode: string = trace.mode ?? 'lines+markers';
  const color = trace.line?.color ?? trace.marker?.color ?? '#0072B2';
  const parts: string[] = [];
  if (mode.includes('lines')) {
    const d = pathOf(points);
    if (trace.fill === 'toself') parts.push(`<path d="${d}Z" fill="${escapeHtml(trace.fillcolor ?? color)}" stroke="none"/>`);
    const width = trace.line?.width ?? 2;
    if (width > 0)
      parts.push(`<path d="${d}" fill="none" stroke="${escapeHtml(color)}" stroke-width="${width}"${dashOf(trace.line?.dash)}/>`);
  }
  points.forEach(([cx, cy], k) => {
    if (!Number.isFinite(cx) || !Number.isFinite(cy)) return;
    const opacity = trace.marker?.opacity ?? 1;
    for (const [axis, scale] of [
      ['x', x],
      ['y', y],
    ] as const)
      parts.push(whisker(trace, axis, scale, [cx, cy], k));
    if (mode.includes('markers') && opacity > 0) parts.push(marker(trace.marker ?? {}, cx, cy, k, color, opacity));
    if (mode.includes('text')) parts.push(besides(trace, cx, cy, k));
  });
  return parts.join('');
}

/** The text of a point, on the side that Plotly's `textposition` names. */
function besides(trace: Loose, x: number, y: number, k: number): string {
  const side = String(Array.isArray(trace.textposition) ? trace.textposition[k] : (trace.textposition ?? ''));
  const room = trace.mode.includes('markers') ? Number(trace.marker?.size ?? 6) / 2 + 2 : 2;
  const [anchor, shift] = side.includes('right') ? ['start', room] : side.includes('left') ? ['end', -room] : ['middle', 0];
  const up = side.includes('top') ? -room - 4 : side.includes('bottom') ? room + 10 : 4;
  return label(x + shift, y + up, String(trace.text?.[k] ?? '').trim(), `text-anchor="${anchor}"`);
}

function marker(style: Loose, x: number, y: number, k: number, color: string, opacity: number): string {
  const size = Number(Array.isArray(style.size) ? style.size[k] : (style.size ?? 6));
  const fill = escapeHtml(Array.isArray(style.color) ? style.color[k] : (style.color ?? color));
  if (String(style.symbol).startsWith('line-ew')) {
    return `<path d="M${px(x - size / 2)} ${px(y)}h${px(size)}" stroke="${fill}" stroke-width="${style.line?.width ?? 2}"/>`;
  }
  if (/^(square|diamond)/.test(String(style.symbol))) {
    const turned = String(style.symbol).startsWith('diamond') ? ` transform="rotate(45 ${px(x)} ${px(y)})"` : '';
    return `<rect x="${px(x - size / 2)}" y="${px(y - size / 2)}" width="${px(size)}" height="${px(size)}" fill="${fill}" opacity="${opacity}"${turned}/>`;
  }
  return `<circle cx="${px(x)}" cy="${px(y)}" r="${px(size / 2)}" fill="${fill}" opacity="${opacity}"/>`;
}

/** A line with gaps where a value is missing. */
function pathOf(points: [number, number][]): string {
  let drawing = false;
  return points
    .map(([x, y]) => {
      const known = Number.isFinite(x) && Number.isFinite(y);
      const part = known ? `${drawing ? 'L' : 'M'}${px(x)} ${px(y)}` : '';
      drawing = known;
      return part;
    })
    .join('');
}
