import type { Aggregate } from '../metrics/statistics';
import { accuracyAxis, axis } from './figure';

/** An axis of accuracies that shows the whole range or the part where the values are. */
export interface FittedAxis {
  /** Length of the axis in its own units. */
  span: number;
  /** Makes the axis. */
  make(title: string, more: Record<string, unknown>): Record<string, unknown>;
  /** Says that the axis does not begin at 0, where it does not. */
  note: string[];
}

/** A fitted axis is at least so long, so that tiny differences do not look large. */
const LEAST = 0.1;

/**
 * An axis of accuracies for lines: from 0 to 1 where the values take up half of it or come near 0, else only the part they
 * lie in, so that lines which differ little are told apart.
 *
 * @param values means with intervals; null where nothing was measured
 */
export function fittedAxis(values: readonly (Aggregate | null)[]): FittedAxis {
  const ends = values.flatMap((value) => (value ? [value.mean, value.low ?? value.mean, value.high ?? value.mean] : []));
  const within = ends.map((end) => Math.min(1, Math.max(0, end)));
  const [low, high] = [Math.min(...within), Math.max(...within)];
  if (within.length === 0 || low < 0.2 || high - low > 0.5) return { span: 1.06, make: accuracyAxis, note: [] };
  const air = Math.max(0.01, 0.08 * (high - low));
  const top = Math.min(1 + air, high + air);
  const range = [Math.min(low - air, top - LEAST), top].map((end) => Number(end.toFixed(4)));
  return {
    span: range[1] - range[0],
    make: (title, more) => axis(title, { range: [...range], nticks: 6, ...more }),
    note: [`The axis of accuracies begins at ${range[0].toFixed(2)}.`],
  };
}
