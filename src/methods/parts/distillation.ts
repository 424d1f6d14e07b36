import type { Kernels, Value } from '../../backend';

/**
 * Distillation (Hinton et al. 2015): T²·mean over rows of −softmax(teacher/T)·log softmax(logits/T), over the teacher's columns, the
 * first of `logits`; no gradient flows into the teacher.
 *
 * @param logits [n, classes]
 * @param teacher [n, classes it knew], no more than `logits` has
 * @param more `newAreZero`: whether the softmax of `logits` runs over all columns, those that the teacher lacks being 0 in its answer;
 *   default over the teacher's columns only. `overColumns`: whether the mean is over rows and the columns of that softmax; default over
 *   rows, of the sum over columns
 * @returns []
 */
export function distillation(
  k: Kernels,
  logits: Value,
  teacher: Value,
  temperature: number,
  { newAreZero = false, overColumns = false } = {},
): Value {
  const [rows, known] = teacher.shape;
  const old = (all: Value) => (known === all.shape[1] ? all : k.slice(all, 1, 0, known));
  const target = k.stopGradient(k.softmax(k.scale(teacher, 1 / temperature)));
  const raised = k.scale(newAreZero ? logits : old(logits), 1 / temperature);
  const now = old(k.logSoftmax(raised));
  const count = overColumns ? rows * raised.shape[1] : rows;
  return k.scale(k.sum(k.mul(target, now)), -(temperature ** 2) / count);
}
