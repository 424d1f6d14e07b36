import { withoutMarkup } from '../plainFigure';
import { escapeHtml } from '../html';
import type { Loose, Scale } from './scale';

/** The two scales that a trace is drawn on, and the traces beside it. */
export interface Place {
  x: Scale;
  y: Scale;
  /** Bars of the same panel, in order, and how they share a position. */
  bars: { traces: Loose[]; mode: string; gap: number };
}

/** A trace as SVG elements, or null for a type that the picture does not know. */
export function drawTrace(trace: Loose, place: Place): string | null {
  switch (trace.type ?? 'scatter') {
    case 'scatter':
      return scatter(trace, place);
    case 'bar':
      return bars(trace, place);
    case 'heatmap':
      return heatmap(trace, place);
    case 'image':
      return image(trace, place);
    default:
      return null;
  }
}

/** A number as short text for SVG. */
export const px = (value: number): string => String(Math.round(value * 10) / 10);

/** Text at a point; Plotly's markup is taken out. */
export function label(x: number, y: number, text: unknown, more = ''): string {
  return `<text x="${px(x)}" y="${px(y)}" ${more}>${escapeHtml(withoutMarkup(String(text)))}</text>`;
}

function scatter(trace: Loose, { x, y }: Place): string {
  const points = (trace.x as unknown[]).map((value, k): [number, number] => [x.at(value), y.at(trace.y[k])]);
  const mode: string = trace.mode ?? 'lines+markers';
  const color = trace.line?.color ?? trace.marker?.color ?? '#0072B2';
  const parts: string[] = [];
  if (mode.includes('lines')) {
    const d = pathOf(points);
    if (trace.fill === 'toself') parts.push(`<path d="${d}Z" fill="${escapeHtml(trace.fillcolor ?? color)}" stroke="none"/>`);
    const width = trace.line?.width ?? 2;
    if (width > 0)
      parts.push(`<path d="${d}" fill="none" stroke="${escapeHtml(color)}" stroke-width="${width}"${dash(trace.line?.dash)}/>`);
  }
  points.forEach(([cx, cy], k) => {
    if (!Number.isFinite(cx) || !Number.isFinite(cy)) return;
    const opacity = trace.marker?.opacity ?? 1;
    if (mode.includes('markers') && opacity > 0) parts.push(marker(trace.marker ?? {}, cx, cy, k, color, opacity));
    if (mode.includes('text')) {
      parts.push(besides(trace, cx, cy, k));
    }
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

function bars(trace: Loose, { x, y, bars: group }: Place): string {
  const flat = trace.orientation === 'h';
  const [along, value] = flat ? [y, x] : [x, y];
  const index = group.traces.indexOf(trace);
  const count = group.mode === 'stack' ? 1 : group.traces.length;
  const width = (along.unit * (1 - group.gap)) / count;
  const positions: unknown[] = flat ? trace.y : trace.x;
  const values: (number | null)[] = flat ? trace.x : trace.y;
  return positions
    .map((position, k) => {
      const amount = values[k];
      if (amount === null) return '';
      const below =
        group.mode === 'stack'
          ? group.traces.slice(0, index).reduce((sum, other) => sum + Number((flat ? other.x : other.y)[k] ?? 0), 0)
          : 0;
      const start = along.at(position) - (width * count) / 2 + (group.mode === 'stack' ? 0 : index * width);
      const [a, b] = [value.at(below), value.at(below + amount)].sort((p, q) => p - q);
      const color = escapeHtml(Array.isArray(trace.marker?.color) ? trace.marker.color[k] : (trace.marker?.color ?? '#0072B2'));
      const box = flat ? [a, start, b - a, width] : [start, a, width, b - a];
      const [left, top, w, h] = box.map(px);
      const error = (flat ? trace.error_x : trace.error_y) as Loose | undefined;
      const half = error?.visible ? Number(error.array?.[k] ?? 0) : 0;
      const [low, high, middle] = [value.at(below + amount - half), value.at(below + amount + half), start + width / 2];
      const whisker =
        half === 0
          ? ''
          : `<path d="${flat ? `M${px(low)} ${px(middle)}H${px(high)}` : `M${px(middle)} ${px(low)}V${px(high)}`}" stroke="#808080" stroke-width="1.5"/>`;
      return `<rect x="${left}" y="${top}" width="${w}" height="${h}" fill="${color}"/>${whisker}`;
    })
    .join('');
}

function heatmap(trace: Loose, { x, y }: Place): string {
  const rows: (number | null)[][] = trace.z;
  const known = rows.flat().filter((value): value is number => typeof value === 'number');
  const [low, high] = [trace.zmin ?? Math.min(...known), trace.zmax ?? Math.max(...known)];
  const [w, h] = [x.unit - (trace.xgap ?? 0), y.unit - (trace.ygap ?? 0)];
  return rows
    .map((row, i) =>
      row
        .map((value, j) => {
          if (value === null) return '';
          const [cx, cy] = [x.at(trace.x?.[j] ?? j), y.at(trace.y?.[i] ?? i)];
          const share = Math.min(1, Math.max(0, (value - low) / (high - low || 1)));
          const color = colorAt(trace.colorscale, share);
          const cell = `<rect x="${px(cx - w / 2)}" y="${px(cy - h / 2)}" width="${px(w)}" height="${px(h)}" fill="${escapeHtml(color)}"/>`;
          const text = trace.texttemplate ? trace.text?.[i]?.[j] : undefined;
          return text
            ? cell + label(cx, cy + 4, text, `text-anchor="middle" fill="${isBright(color) ? '#222222' : '#ffffff'}"`)
            : cell;
        })
        .join(''),
    )
    .join('');
}

/** An image trace covers one unit per pixel, centred on whole numbers. */
function image(trace: Loose, { x, y }: Place): string {
  const [width, height] = pngSize(String(trace.source));
  const [left, top] = [x.at(-0.5), y.at(-0.5)];
  const source = escapeHtml(trace.source);
  return `<image href="${source}" x="${px(left)}" y="${px(top)}" width="${px(x.unit * width)}" height="${px(y.unit * height)}" preserveAspectRatio="none" style="image-rendering:pixelated"/>`;
}

function pngSize(source: string): [number, number] {
  const bytes = Buffer.from(source.slice(source.indexOf(',') + 1, source.indexOf(',') + 45), 'base64');
  return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
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

function dash(name: unknown): string {
  const lengths = { dash: '8 5', dot: '2 4', dashdot: '8 4 2 4', longdash: '14 6' }[String(name)];
  return lengths ? ` stroke-dasharray="${lengths}"` : '';
}

/** The colour at a share of a Plotly colour scale, mixed between its neighbours. */
function colorAt(scale: unknown, share: number): string {
  const stops = Array.isArray(scale)
    ? (scale as [number, string][])
    : ([
        [0, '#440154'],
        [0.5, '#26828E'],
        [1, '#B4DE2C'],
      ] as [number, string][]);
  const next = Math.max(
    1,
    stops.findIndex(([at]) => at >= share),
  );
  const [[a, from], [b, to]] = [stops[next - 1], stops[next]];
  if (from === to || !/^#\w{6}$/.test(from) || !/^#\w{6}$/.test(to)) return share - a < b - share ? from : to;
  const t = (share - a) / (b - a || 1);
  const channels = [1, 3, 5].map((k) =>
    Math.round((1 - t) * parseInt(from.slice(k, k + 2), 16) + t * parseInt(to.slice(k, k + 2), 16)),
  );
  return `#${channels.map((c) => c.toString(16).padStart(2, '0')).join('')}`;
}

function isBright(color: string): boolean {
  if (!/^#\w{6}$/.test(color)) return true;
  const [r, g, b] = [1, 3, 5].map((k) => parseInt(color.slice(k, k + 2), 16));
  return 0.299 * r + 0.587 * g + 0.114 * b > 140;
}
