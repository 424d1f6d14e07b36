import { backend } from '../backend';
import type { TaskLoader } from '../data/loader';
import type { Model, TaskChoice } from '../models';

/** Rows of one evaluation step: large enough that the products dominate, small enough for the cache. */
const ROWS = 1000;

/** How many of the loader's samples the model answers right (argmax over the outputs it may use). */
export async function countCorrect(model: Model, loader: TaskLoader, task: TaskChoice): Promise<number> {
  const { kernels: k, scope, toHost, dispose } = backend();
  let correct = 0;
  try {
    for (let start = 0; start < loader.size; start += ROWS) {
      const rows = Math.min(ROWS, loader.size - start);
      const { images, labels } = loader.resident(); // asked again: another trainer may have released it meanwhile
      const count = scope(() => {
        const { logits } = model.pass(k, k.slice(images, 0, start, rows), task);
        return k.countEqual(k.argMax(logits), k.slice(labels, 0, start, rows));
      });
      correct += toHost(count)[0];
      dispose(count);
      await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    loader.release();
  }
  return correct;
}
