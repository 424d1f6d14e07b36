import { backend } from '../backend';
import type { TaskLoader } from '../data/loader';
import type { Model, TaskChoice } from '../models';

/** Rows of one evaluation step: large enough that the products dominate, small enough for the cache. */
const ROWS = 1000;

/** How many of the loader's samples the model answers right (argmax over the outputs it may use). */
export async function countCorrect(model: Model, loader: TaskLoader, task: TaskChoice): Promise<number> {
  const { kernels: k, scope, toHost, dispose } = backend();
  let correct = 0;
  for (let start = 0; start < loader.size; start += ROWS) {
    const samples = Int32Array.from({ length: Math.min(ROWS, loader.size - start) }, (_, i) => start + i);
    const { images, labels } = loader.hostData(samples);
    const count = scope(() => {
      const { logits } = model.pass(k, k.tensor(images, [samples.length, loader.task.inputSize]), task);
      return k.countEqual(k.argMax(logits), k.tensor(labels, [samples.length]));
    });
    correct += toHost(count)[0];
    dispose(count);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return correct;
}
