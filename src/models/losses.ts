import type { Kernels, Value } from '../backend';

/**
 * Mean softmax cross-entropy over the rows, in nats; what every method minimises unless it says otherwise.
 *
 * @param logits [n, classes]
 * @param labels int32 [n], each in 0 … classes−1
 * @returns []
 */
export function meanCrossEntropy(k: Kernels, logits: Value, labels: Value): Value {
  return k.scale(k.sum(k.crossEntropy(logits, labels).losses), 1 / logits.shape[0]);
}
