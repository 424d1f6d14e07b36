import type { Gradients } from '../autodiff';
import type { Kernels } from '../backend';

/** Keeps the quotient of a gradient of norm 0 finite, as in PyTorch. */
const TINY = 1e-6;

/**
 * Gradients whose norm is at most `most`, as PyTorch's `clip_grad_norm_`: each is scaled by min(1, most / (‖g‖ + 1e-6)), where ‖g‖ is
 * the L2 norm over all of them together. Shorter ones stay as they are, bit for bit.
 *
 * @param most the largest norm; undefined: they are returned as they are
 */
export function clipped(k: Kernels, gradients: Gradients, most: number | undefined): Gradients {
  if (most === undefined || gradients.size === 0) return gradients;
  const squares = Array.from(gradients.values(), (gradient) => k.sum(k.mul(gradient, gradient)));
  const norm = k.sqrt(squares.reduce((sum, square) => k.add(sum, square)));
  const number = (value: number) => k.tensor(Float32Array.of(value), []);
  // most / max(most, ‖g‖ + ε): exactly 1 for short ones, and as precise as floats are for long ones.
  const beyond = k.relu(k.sub(k.add(norm, number(TINY)), number(most)));
  const factor = k.div(number(most), k.add(number(most), beyond));
  return new Map(Array.from(gradients, ([parameter, gradient]) => [parameter, k.mul(gradient, factor)]));
}
