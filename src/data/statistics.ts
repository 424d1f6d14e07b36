import { channelsOf } from './dataset';
import type { StoredInputs } from './inputs';

/**
 * Mean and standard deviation of inputs per channel or feature, in units of the inputs (bytes of images as 0 … 1); 1 for the
 * deviation where all are alike.
 */
export function inputStatistics(inputs: StoredInputs, shape: readonly number[], unit: number): { mean: number[]; std: number[] } {
  const channels = channelsOf(shape);
  const count = inputs.length / channels;
  const sums = new Float64Array(channels);
  const squares = new Float64Array(channels); // around the mean: the one-pass formula loses digits
  const alike = new Array<boolean>(channels).fill(true);
  for (let i = 0, c = 0; i < inputs.length; i++, c = c + 1 === channels ? 0 : c + 1) {
    sums[c] += inputs[i];
    if (inputs[i] !== inputs[c]) alike[c] = false;
  }
  const means = sums.map((sum, c) => (alike[c] ? inputs[c] : sum / count));
  for (let i = 0, c = 0; i < inputs.length; i++, c = c + 1 === channels ? 0 : c + 1) squares[c] += (inputs[i] - means[c]) ** 2;
  return {
    mean: Array.from(means, (mean) => mean / unit),
    std: Array.from(squares, (sum, c) => (alike[c] ? 1 : Math.sqrt(sum / count) / unit)),
  };
}
