import { escapeHtml } from '../../utils/html';
import { colorAt, textOn, VIRIDIS, type ColorScale } from '../color';
import { label, px } from './label';
import type { Loose, Place } from './scale';

/** Coloured cells, each with its text. */
export function heatmap(trace: Loose, { x, y }: Place): string {
  const rows: (number | null)[][] = trace.z;
  const known = rows.flat().filter((value): value is number => typeof value === 'number');
  const [low, high] = [trace.zmin ?? Math.min(...known), trace.zmax ?? Math.max(...known)];
  const [w, h] = [x.unit - (trace.xgap ?? 0), y.unit - (trace.ygap ?? 0)];
  const scale: ColorScale = Array.isArray(trace.colorscale) ? trace.colorscale : VIRIDIS;
  const cell = (value: number | null, i: number, j: number): string => {
    const [cx, cy] = [x.at(trace.x?.[j] ?? j), y.at(trace.y?.[i] ?? i)];
    if (value === null || ![cx, cy].every(Number.isFinite)) return '';
    const color = colorAt(scale, Math.min(1, Math.max(0, (value - low) / (high - low || 1))));
    const box = `<rect x="${px(cx - w / 2)}" y="${px(cy - h / 2)}" width="${px(w)}" height="${px(h)}" fill="${escapeHtml(color)}"/>`;
    const text: unknown = trace.texttemplate ? trace.text?.[i]?.[j] : undefined;
    if (text === undefined || text === null || text === '') return box;
    const fill = escapeHtml(trace.textfont?.color ?? textOn(color));
    return box + label(cx, cy + 4, text, `text-anchor="middle" fill="${fill}"`);
  };
  return rows.map((row, i) => row.map((value, j) => cell(value, i, j)).join('')).join('');
}

/** An image trace covers one unit per pixel, centred on whole numbers. */
export function image(trace: Loose, { x, y }: Place): string {
  const [width, height] = pngSize(String(trace.source));
  const [left, top] = [x.at(-0.5), y.at(-0.5)];
  const source = escapeHtml(trace.source);
  return `<image href="${source}" x="${px(left)}" y="${px(top)}" width="${px(x.unit * width)}" height="${px(y.unit * height)}" preserveAspectRatio="none" style="image-rendering:pixelated"/>`;
}

function pngSize(source: string): [number, number] {
  const bytes = Buffer.from(source.slice(source.indexOf(',') + 1, source.indexOf(',') + 45), 'base64');
  return [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
}
