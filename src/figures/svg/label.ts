import { escapeHtml } from '../../utils/html';
import { linesOf } from '../text';

/** Height of a line of small text, in pixels. */
export const LINE_HEIGHT = 14;
/** Mean width of a character of small text, in pixels: browsers know better, but only they. */
const CHARACTER = 6.5;

/** A number as short text for SVG. */
export const px = (value: number): string => String(Math.round(value * 10) / 10);

/** Text at a point, line by line; Plotly's markup is taken out. */
export function label(x: number, y: number, text: unknown, more = ''): string {
  const lines = linesOf(String(text)).map(escapeHtml);
  const inside =
    lines.length === 1
      ? lines[0]
      : lines.map((line, k) => `<tspan x="${px(x)}"${k > 0 ? ` dy="${LINE_HEIGHT}"` : ''}>${line}</tspan>`).join('');
  return `<text x="${px(x)}" y="${px(y)}" ${more}>${inside}</text>`;
}

/** Width of the longest line of a text, in pixels, roughly. */
export function textWidth(text: unknown): number {
  return CHARACTER * Math.max(...linesOf(String(text)).map((line) => [...line].length));
}

/** Characters that fit into a width. */
export function charactersIn(width: number): number {
  return Math.floor(width / CHARACTER);
}
