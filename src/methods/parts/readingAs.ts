import type { Kernels, Value, Variable } from '../../backend';
import { kernelsWith } from './kernelsWith';

/**
 * Kernels that read variables otherwise: with weights after a step that is not made (MIR), or units switched off (XdG, HAT). All else
 * is as with `k`; where `k` is a tape, gradients flow back through the change.
 *
 * @param change from what a variable holds to what is read of it
 */
export function readingAs(k: Kernels, change: (variable: Variable, content: Value) => Value): Kernels {
  return kernelsWith(k, { read: (variable) => change(variable, k.read(variable)) });
}
