/** Median with the lower and the upper quartile. */
export interface Spread {
  median: number;
  /** Lower quartile. */
  low: number;
  /** Upper quartile. */
  high: number;
}

/** Median and quartiles of at least one number (linear interpolation between neighbours). */
export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  return { median: quantile(sorted, 0.5), low: quantile(sorted, 0.25), high: quantile(sorted, 0.75) };
}

function quantile(sorted: number[], q: number): number {
  const at = q * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
}
