import type { Kernels, Value } from '../../backend';
import type { Model } from '../../models';

/**
 * Which outputs compete in the loss of a sample, where the task id is hidden. `all`: every output the network has. `seen`: those of
 * the classes of all tasks so far (the same where the head grows with the classes). `task`: those of the sample's own task, the
 * "labels trick" (Zeno et al. 2018), so that learning new classes does not push old ones away.
 */
export type ActiveOutputs = 'all' | 'seen' | 'task';

/** The names of `ActiveOutputs`. */
export const ACTIVE_OUTPUTS: readonly ActiveOutputs[] = ['all', 'seen', 'task'];

/** What is added to an output that does not compete. */
const OUT = -1e9;

/**
 * The outputs with those that do not compete as small as can be.
 *
 * @param logits [n, classes]
 * @param tasks the id of the task of each row, int32 [n], or of all rows
 */
export function amongActive(k: Kernels, logits: Value, model: Model, which: ActiveOutputs, tasks: Value | number): Value {
  if (which === 'all') return logits;
  const classes = logits.shape[1];
  const seen = new Set(model.tasks.flatMap((task) => task.classes));
  const rowFor = (active: ReadonlySet<number>) => Array.from({ length: classes }, (_, c) => (active.has(c) ? 0 : OUT));
  if (which === 'seen') return k.add(logits, k.tensor(Float32Array.from(rowFor(seen)), [1, classes]));
  const most = Math.max(...model.tasks.map(({ id }) => id));
  const byTask = Array.from({ length: most + 1 }, (_, id) => new Set(model.tasks.find((task) => task.id === id)?.classes));
  if (typeof tasks === 'number') return k.add(logits, k.tensor(Float32Array.from(rowFor(byTask[tasks])), [1, classes]));
  return k.add(logits, k.gather(k.tensor(Float32Array.from(byTask.flatMap(rowFor)), [most + 1, classes]), tasks));
}
