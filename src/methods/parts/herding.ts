/**
 * Herding (Rebuffi et al. 2017, algorithm 4; Welling 2009): chooses one row after the other so that the mean of those chosen so far is
 * as near as can be to the mean of all rows. Any number of the first ones is then a good summary.
 *
 * @param rows features, [n · width] row after row
 * @param count how many to choose, at most n
 * @returns positions of rows in the order they were chosen
 */
export function herding(rows: Float32Array, width: number, count: number): number[] {
  const n = rows.length / width;
  const mean = new Float64Array(width);
  rows.forEach((value, i) => (mean[i % width] += value / n));
  const sum = new Float64Array(width);
  const chosen: number[] = [];
  const free = new Set(Array.from({ length: n }, (_, i) => i));
  while (chosen.length < Math.min(count, n)) {
    let best = -1;
    let least = Infinity;
    for (const row of free) {
      const distance = squaredDistance(mean, sum, rows, row * width, chosen.length + 1);
      if (distance < least) [best, least] = [row, distance];
    }
    free.delete(best);
    chosen.push(best);
    for (let j = 0; j < width; j++) sum[j] += rows[best * width + j];
  }
  return chosen;
}

/** ‖mean − (sum + row) / count‖² */
function squaredDistance(mean: Float64Array, sum: Float64Array, rows: Float32Array, start: number, count: number): number {
  let total = 0;
  for (let j = 0; j < mean.length; j++) total += (mean[j] - (sum[j] + rows[start + j]) / count) ** 2;
  return total;
}

/** Each row divided by its length; rows of zeros stay as they are. */
export function normalised(rows: Float32Array, width: number): Float32Array {
  const result = rows.slice();
  for (let start = 0; start < rows.length; start += width) {
    const row = result.subarray(start, start + width);
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    if (length > 0) row.forEach((value, j) => (row[j] = value / length));
  }
  return result;
}

/** The mean of rows. */
export function meanRow(rows: Float32Array, width: number): Float32Array {
  const mean = new Float64Array(width);
  rows.forEach((value, i) => (mean[i % width] += (value * width) / rows.length));
  return Float32Array.from(mean);
}
