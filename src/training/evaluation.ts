import { backend } from '../backend';
import type { Kernels, Value } from '../backend';
import type { TaskLoader } from '../data/loader';
import type { Model } from '../models';
import { ROWS_OF_A_PASS } from '../models/predict';
import { problem } from '../utils/errors';
import { DIVERGENCE } from './divergence';

/**
 * How many of the loader's samples are answered right.
 *
 * @param predict the label of each row: [n, inputSize] → int32 [n]
 */
export async function countCorrect(predict: (k: Kernels, x: Value) => Value, loader: TaskLoader): Promise<number> {
  let correct = 0;
  const count = (k: Kernels, x: Value, labels: Int32Array) => k.countEqual(predict(k, x), k.tensor(labels, [labels.length]));
  await eachPart(loader, count, ([equal]) => (correct += equal));
  return correct;
}

/**
 * What is computed of each of the loader's samples, in stored order.
 *
 * @param compute [n, inputSize] → any shape of n rows
 * @returns all rows one after the other
 */
export async function rowsOf(compute: (k: Kernels, x: Value) => Value, loader: TaskLoader): Promise<Float32Array> {
  const parts: Float32Array[] = [];
  await eachPart(loader, compute, (numbers) => void parts.push(Float32Array.from(numbers)));
  const rows = new Float32Array(parts.reduce((total, { length }) => total + length, 0));
  let start = 0;
  for (const part of parts) {
    rows.set(part, start);
    start += part.length;
  }
  return rows;
}

/** Computes with the loader's samples, some at a time, and hands over the numbers of each part. */
async function eachPart(
  loader: TaskLoader,
  compute: (k: Kernels, x: Value, labels: Int32Array) => Value,
  take: (numbers: Float32Array | Int32Array | Uint8Array) => void,
): Promise<void> {
  const { kernels: k, scope, toHost, dispose } = backend();
  for (let start = 0; start < loader.size; start += ROWS_OF_A_PASS) {
    const samples = Int32Array.from({ length: Math.min(ROWS_OF_A_PASS, loader.size - start) }, (_, i) => start + i);
    const { images, labels } = loader.hostData(samples);
    const value = scope(() => compute(k, k.tensor(images, [samples.length, loader.task.inputSize]), labels));
    take(toHost(value) as Float32Array | Int32Array);
    dispose(value);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Throws when a weight, or a running mean or variance, is not a finite number: then the model's answers mean nothing (argmax of NaN is class 0). */
export function checkFiniteWeights(model: Model): void {
  const { kernels: k, scope, toHost, dispose } = backend();
  const parameters = [...model.parameters(), ...model.buffers()];
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
