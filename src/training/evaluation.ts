import { backend } from '../backend';
import type { Kernels, Value } from '../backend';
import type { TaskLoader } from '../data/loader';
import type { Model } from '../models';
import { problem } from '../utils/errors';
import { DIVERGENCE } from './divergence';

/** Rows of one evaluation step: large enough that the products dominate, small enough for the cache. */
const ROWS = 1000;

/**
 * How many of the loader's samples are answered right.
 *
 * @param predict the label of each row: [n, inputSize] → int32 [n]
 */
export async function countCorrect(predict: (k: Kernels, x: Value) => Value, loader: TaskLoader): Promise<number> {
  const { kernels: k, scope, toHost, dispose } = backend();
  let correct = 0;
  for (let start = 0; start < loader.size; start += ROWS) {
    const samples = Int32Array.from({ length: Math.min(ROWS, loader.size - start) }, (_, i) => start + i);
    const { images, labels } = loader.hostData(samples);
    const count = scope(() => {
      const answers = predict(k, k.tensor(images, [samples.length, loader.task.inputSize]));
      return k.countEqual(answers, k.tensor(labels, [samples.length]));
    });
    correct += toHost(count)[0];
    dispose(count);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return correct;
}

/** Throws when a weight is not a finite number: then the model's answers mean nothing (argmax of NaN is class 0). */
export function checkFiniteWeights(model: Model): void {
  const { kernels: k, scope, toHost, dispose } = backend();
  const parameters = model.parameters();
  if (parameters.length === 0) return;
  const sums = scope(() =>
    k.concat(
      parameters.map((parameter) => k.reshape(k.sum(k.read(parameter)), [1])),
      0,
    ),
  );
  const wrong = Array.from(toHost(sums)).findIndex((sum) => !Number.isFinite(sum));
  dispose(sums);
  if (wrong < 0) return;
  throw problem(
    model.architecture,
    `${parameters[wrong].name} holds numbers that are not finite, so its answers mean nothing`,
    `${DIVERGENCE.weights}; make model and trainer anew with a smaller lr`,
  );
}
