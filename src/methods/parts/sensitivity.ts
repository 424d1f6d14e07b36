import { Tape } from '../../autodiff';
import type { Parameter } from '../../autodiff';
import { backend } from '../../backend';
import type { Value } from '../../backend';
import type { Model } from '../../models';

/** Samples of one pass. */
const ROWS = 100;

/**
 * How much the outputs change with each weight: the mean over samples of |∂‖f(x)‖² / ∂θ|, for every parameter that takes part
 * (Aljundi et al. 2018, eq. 3). In factored form, without a pass for each sample, where the network's layers allow it.
 *
 * @param images inputs [n, inputSize]
 * @param task the task id where the model may know it
 * @returns for each parameter its numbers, in the parameter's layout
 */
export function outputSensitivity(model: Model, images: Float32Array, task: number | undefined): Map<Parameter, Float32Array> {
  const { inputSize } = model;
  const n = images.length / inputSize;
  const sums = new Map<Parameter, Float32Array>();
  for (let start = 0; start < n;) {
    const count = Math.min(ROWS, n - start);
    const part = (from: number, rows: number) => images.subarray(from * inputSize, (from + rows) * inputSize);
    if (!addSensitivity(sums, model, part(start, count), task)) {
      // Where layers mix samples, each takes a pass of its own.
      for (let i = 0; i < count; i++) addSensitivity(sums, model, part(start + i, 1), task);
    }
    start += count;
  }
  for (const [parameter, sum] of sums) sums.set(parameter, sum.map((value) => value / n)); // prettier-ignore
  return sums;
}

/** Adds the absolute gradients of these samples; whether it could: where several samples are not told apart it could not. */
function addSensitivity(
  sums: Map<Parameter, Float32Array>,
  model: Model,
  images: Float32Array,
  task: number | undefined,
): boolean {
  const { kernels: k, scope, toHost, dispose } = backend();
  const n = images.length / model.inputSize;
  let parameters: Parameter[] = [];
  const values = scope((): Value[] => {
    const tape = new Tape(k);
    const outputs = model.logits(tape, k.tensor(images, [n, model.inputSize]), task);
    const factors = tape.factors(tape.sum(tape.mul(outputs, outputs)));
    if (n > 1 && factors.unfactored.length > 0) return [];
    const found = n > 1 ? factors.absolutes() : factors.gradients();
    parameters = [...found.keys()];
    return [...found.values()];
  });
  parameters.forEach((parameter, i) => {
    const sum = sums.get(parameter) ?? new Float32Array(parameter.data().length);
    toHost(values[i]).forEach((value: number, at: number) => (sum[at] += Math.abs(value)));
    sums.set(parameter, sum);
  });
  dispose(...values);
  return values.length > 0;
}
