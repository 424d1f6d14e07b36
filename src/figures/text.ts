import { shortened } from '../utils/format';
import { visibleLine } from '../utils/visible';
import type { Figure } from './figure';

const MARKUP: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', $: '&#36;' };

/**
 * Text as Plotly shows it letter by letter. Without this, `<` and `&` begin markup, two `$` hold a formula where the page
 * has MathJax, and a line break is lost. All text that users give passes through here on its way into a figure.
 */
export function plainText(text: string): string {
  return visibleLine(text).replace(/[&<>$]/g, (sign) => MARKUP[sign]);
}

/** The markup that Plotly knows; anything else between angle brackets is text. */
const TAG = /<\/?(?:b|i|em|strong|u|s|sub|sup|span|a)(?:\s[^<>]*)?>/gi;
const ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', nbsp: '\u00a0', '#36': '$' };

/** Plotly's text without its markup, line by line: `<br>` begins a new one. */
export function linesOf(text: string): string[] {
  return text
    .split(/<br\s*\/?>/i)
    .map((line) => line.replace(TAG, '').replace(/&(lt|gt|amp|nbsp|#36);/g, (_, name: string) => ENTITIES[name]));
}

/** Plotly's text without its markup, in one line. */
export function withoutMarkup(text: string): string {
  return linesOf(text).join(' ');
}

/** The figure's heading as text without markup, or `Figure`. */
export function figureTitle({ layout }: Figure): string {
  const title = layout.title as { text?: unknown } | string | undefined;
  const text = typeof title === 'string' ? title : title?.text;
  return text ? withoutMarkup(String(text)) : 'Figure';
}

/**
 * Breaks text between words into lines of at most `width` characters; a longer word is broken itself. Text that needs more
 * than `most` lines is shortened in the middle first.
 */
export function wrapped(text: string, width: number, most = Infinity): string[] {
  for (let room = most * width; ; room -= width / 4) {
    const lines = broken(Number.isFinite(room) ? shortened(text, Math.floor(room)) : text, width);
    if (lines.length <= most) return lines;
  }
}

function broken(text: string, width: number): string[] {
  const pieces = text
    .split(/\s+/)
    .filter((word) => word !== '')
    .flatMap((word) => word.match(new RegExp(`.{1,${width}}`, 'gu'))!);
  const lines = [''];
  for (const piece of pieces) {
    const last = lines[lines.length - 1];
    const longer = last === '' ? piece : `${last} ${piece}`;
    if ([...longer].length <= width) lines[lines.length - 1] = longer;
    else lines.push(piece);
  }
  return lines;
}

/** Characters of a name in a legend. */
export const LEGEND_NAME = 36;

/** A name in a legend or heading of one line. */
export function shortLabel(name: string, max = LEGEND_NAME): string {
  return plainText(shortened(name.replace(/\s+/g, ' '), max));
}

/** A name beside an axis, in a few short lines: names as long as the user likes must leave the plot its place. */
export function tickLabel(name: string, width = 20, lines = 3): string {
  return wrapped(name, width, lines).map(plainText).join('<br>');
}
