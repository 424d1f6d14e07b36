import type { Figure } from '../figures/figure';
import { problem } from '../utils/errors';

/** Significant digits kept of numbers that are not whole: more cannot be seen, but would swell the saved notebook. */
const DIGITS = 6;

/**
 * The figure as plain JSON values, as Plotly's MIME type wants it: typed arrays become arrays, NaN becomes null, numbers
 * keep 6 significant digits.
 */
export function plainFigure(figure: Figure, subject: string): Figure {
  if (!Array.isArray(figure?.data) || typeof figure.layout !== 'object' || figure.layout === null) {
    throw problem(
      subject,
      `this is no figure: ${describe(figure)}`,
      'pass what a figure builder returns, an object {data, layout}',
    );
  }
  const plain = (_: string, value: unknown): unknown => {
    if (typeof value === 'number' && !Number.isInteger(value))
      return Number.isFinite(value) ? Number(value.toPrecision(DIGITS)) : null;
    return ArrayBuffer.isView(value) && !(value instanceof DataView) ? Array.from(value as Float32Array) : value;
  };
  return JSON.parse(JSON.stringify({ data: figure.data, layout: figure.layout }, plain)) as Figure;
}

/** The figure's heading as text without markup, or `Figure`. */
export function figureTitle({ layout }: Figure): string {
  const title = layout.title as { text?: unknown } | string | undefined;
  const text = typeof title === 'string' ? title : title?.text;
  return text ? withoutMarkup(String(text)) : 'Figure';
}

/** Plotly's texts with `<br>`, `<b>` and entities as plain text. */
export function withoutMarkup(text: string): string {
  return text
    .replace(/<br\s*\/?>/gi, ' ')
    .replace(/<[^>]*>/g, '')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&');
}

function describe(value: unknown): string {
  if (value === null || typeof value !== 'object') return String(value);
  return `an object with ${Object.keys(value).slice(0, 5).join(', ') || 'nothing in it'}`;
}
