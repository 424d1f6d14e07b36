import { escapeHtml } from '../../utils/html';
import { FONT, TEXT_GREY, type Figure } from '../figure';
import { figureTitle, linesOf } from '../text';
import { COLORWAY } from '../theme';
import { headingOf, legendOf } from './around';
import { drawPanel, type Box } from './panel';
import type { Loose } from './scale';
import { label, LINE_HEIGHT, textWidth } from './label';

const WIDTH = 720;
/** The picture is as wide as the page, at most so many pixels: then its text is as large as that of the page. */
const WIDEST = 960;

/**
 * A still picture of a figure as SVG, for pages without Plotly and for live updates. It knows what the library's own
 * figures are made of: lines, bars, heatmaps, images, panels, legends, notes.
 *
 * @param figure plain data, see `plainFigure`
 * @returns null when the figure holds something else
 */
export function figureSvg(figure: Figure): string | null {
  const layout = figure.layout as Loose;
  const traces = figure.data.map(complete);
  if (traces.includes(null)) return null;
  const known = barsFirst(traces as Loose[]);
  const more = missingBelow(layout);
  const height = Number(layout.height ?? 400) + more;
  const box = boxOf(layout, height - more);
  const parts: string[] = [];
  for (const [key, own] of panelsOf(known, layout)) {
    const drawn = drawPanel(key, own, layout, box);
    if (drawn === null) return null;
    parts.push(paled(drawn, own));
  }
  for (const note of (layout.annotations ?? []) as Loose[]) parts.push(annotation(note, box));
  const heading = headingOf(layout);
  parts.unshift(heading.drawn, legendOf(known, layout, height - more, heading.bottom, box.right));
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" ` +
    `font-family="${escapeHtml(FONT)}" font-size="12" fill="${TEXT_GREY}">${parts.join('')}</svg>`
  );
}

/** The picture as an `<img>` that scales with the page, which untrusted notebooks and code hosts keep; null as `figureSvg`. */
export function figureImage(figure: Figure): string | null {
  const svg = figureSvg(figure);
  if (svg === null) return null;
  const source = `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`;
  return `<img alt="${escapeHtml(figureTitle(figure))}" src="${source}" style="width: 100%; max-width: ${WIDEST}px; height: auto">`;
}

/**
 * A trace with both coordinates, which Plotly counts from 0 where they are left out, and with a colour; null where it cannot
 * be drawn.
 */
function complete(trace: Loose, position: number): Loose | null {
  const type = trace.type ?? 'scatter';
  if (type === 'heatmap') return Array.isArray(trace.z) && trace.z.every(Array.isArray) ? trace : null;
  if (type === 'image') return String(trace.source).startsWith('data:image/png;base64,') ? trace : null;
  const given = [trace.x, trace.y].filter(Array.isArray);
  if (given.length === 0) return null;
  const length = Math.min(...given.map((values) => values.length));
  const counted = Array.from({ length }, (_, k) => k);
  const coordinate = (values: unknown) => (Array.isArray(values) ? values.slice(0, length) : counted);
  const color = trace.marker?.color ?? trace.line?.color ?? COLORWAY[position % COLORWAY.length];
  return { ...trace, x: coordinate(trace.x), y: coordinate(trace.y), marker: { color, ...trace.marker } };
}

/** A panel whose traces are all pale; one trace alone keeps its strength. */
function paled(drawn: string, traces: Loose[]): string {
  const opacity = Math.max(0, ...traces.map((trace) => Number(trace.opacity ?? 1)));
  return traces.length > 0 && opacity < 1 ? `<g opacity="${opacity}">${drawn}</g>` : drawn;
}

/** Plotly draws lines over bars, whatever their order. */
function barsFirst(traces: Loose[]): Loose[] {
  return [...traces.filter(({ type }) => type === 'bar'), ...traces.filter(({ type }) => type !== 'bar')];
}

/** The plot itself; names beside the vertical axis get the room they need. */
function boxOf(layout: Loose, height: number): Box {
  const margin = { l: 56, r: 24, t: 64, b: 48, ...layout.margin };
  const widest = Math.max(0, ...axesOf(layout, 'yaxis').flatMap(({ ticktext = [] }) => ticktext.map(textWidth)));
  return { left: Math.max(margin.l, 34 + widest), right: WIDTH - margin.r, top: margin.t, bottom: height - margin.b };
}

function axesOf(layout: Loose, kind: 'xaxis' | 'yaxis'): Loose[] {
  return Object.keys(layout)
    .filter((key) => key.startsWith(kind))
    .map((key) => layout[key]);
}

/** Pixels that names of several lines need below the plot beyond its margin. */
function missingBelow(layout: Loose): number {
  const below = axesOf(layout, 'xaxis').filter(({ side }) => side !== 'top');
  const lines = below.flatMap(({ ticktext = [] }) => ticktext.map((text: unknown) => linesOf(String(text)).length));
  return Math.max(0, 30 + LINE_HEIGHT * Math.max(1, ...lines) - Number(layout.margin?.b ?? 48));
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

/** A note placed on the whole plot (`paper`); others are left out. */
function annotation(note: Loose, box: Box): string {
  if (note.xref !== 'paper' || note.yref !== 'paper' || !note.text) return '';
  const anchor = { left: 'start', right: 'end', center: 'middle' }[String(note.xanchor ?? 'center')] ?? 'middle';
  const x = box.left + Number(note.x ?? 0.5) * (box.right - box.left) + Number(note.xshift ?? 0);
  const y = box.bottom + Number(note.y ?? 0.5) * (box.top - box.bottom) - Number(note.yshift ?? 0);
  return label(x, y - (note.yanchor === 'bottom' ? 3 : -4), note.text, `text-anchor="${anchor}"`);
}
