import type { Kernels, Value } from '../../backend';

/**
 * Distillation (Hinton et al. 2015): T²·mean over rows of −softmax(teacher/T)·log softmax(logits/T), over the teacher's columns, the
 * first of `logits`; no gradient flows into the teacher.
 *
 * @param logits [n, classes]
 * @param teacher [n, classes it knew], no more than `logits` has
 * @returns []
 */
export function distillation(k: Kernels, logits: Value, teacher: Value, temperature: number): Value {
  const [rows, known] = teacher.shape;
  const old = known === logits.shape[1] ? logits : k.slice(logits, 1, 0, known);
  const target = k.stopGradient(k.softmax(k.scale(teacher, 1 / temperature)));
  const now = k.logSoftmax(k.scale(old, 1 / temperature));
  return k.scale(k.sum(k.mul(target, now)), -(temperature ** 2) / rows);
}
