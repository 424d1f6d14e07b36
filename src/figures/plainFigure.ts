import { problem, shown } from '../utils/errors';
import type { Figure } from './figure';
import { themed } from './theme';

/** Significant digits kept of numbers that are not whole: more cannot be seen, but would swell the saved notebook. */
const DIGITS = 6;

/**
 * The figure as plain JSON values, as Plotly's MIME type wants it: typed arrays become arrays, NaN becomes null, numbers
 * keep 6 significant digits. A figure of the user's own gets the look of the library's, see `themed`.
 *
 * @param subject who asks, for the error message
 */
export function plainFigure(figure: Figure, subject: string): Figure {
  const right = Array.isArray(figure?.data) && typeof figure.layout === 'object' && figure.layout !== null;
  if (!right || figure.data.some((trace) => typeof trace !== 'object' || trace === null)) {
    throw problem(
      subject,
      `this is no figure: ${shown(figure)}`,
      'pass what a figure builder returns, an object {data: [traces], layout: {…}}',
    );
  }
  const plain = (_: string, value: unknown): unknown => {
    if (typeof value === 'number' && !Number.isInteger(value))
      return Number.isFinite(value) ? Number(value.toPrecision(DIGITS)) : null;
    if (typeof value === 'bigint') return Number(value);
    return ArrayBuffer.isView(value) && !(value instanceof DataView) ? Array.from(value as Float32Array) : value;
  };
  return themed(JSON.parse(asJson({ data: figure.data, layout: figure.layout }, plain, subject)) as Figure);
}

function asJson(value: unknown, plain: (key: string, inner: unknown) => unknown, subject: string): string {
  try {
    return JSON.stringify(value, plain);
  } catch (error) {
    throw problem(
      subject,
      `the figure is no plain data: ${(error as Error).message.split('\n')[0]}`,
      'pass numbers, texts and arrays',
    );
  }
}
