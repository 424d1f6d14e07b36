import { problem, shown } from '../utils/errors';
import { backend } from './current';
import type { HostNumbers, Value } from './value';
import { elements } from './variable';

/**
 * Numbers as a tensor on the device, for models and kernels called by hand. It stays there until `dispose`.
 *
 * @param data row-major: Int32Array gives int32, all else float32
 * @param shape size of each axis; default [data.length]
 * @throws when the numbers do not fill the shape
 */
export function tensor(data: Float32Array | Int32Array | readonly number[], shape: readonly number[] = [data?.length]): Value {
  if (typeof data?.length !== 'number') throw problem('tensor', `data is ${shown(data)}`, 'pass an array of numbers');
  const numbers = data instanceof Int32Array ? data.slice() : Float32Array.from(data); // TensorFlow may go on using the array it gets
  if (numbers.length !== elements(shape)) {
    throw problem('tensor', `${numbers.length} numbers do not fill the shape ${shown(shape)}`);
  }
  return backend().kernels.tensor(numbers, [...shape]);
}

/** A copy of a tensor's numbers on the host, row-major. */
export function numbersOf(value: Value): HostNumbers {
  if (!Array.isArray(value?.shape))
    throw problem('numbersOf', `${shown(value)} is no tensor`, 'pass what a kernel or tensor() gave');
  return backend().toHost(value).slice();
}

/** Frees tensors, e.g. what `Model.forward` returned. */
export function dispose(...values: Value[]): void {
  backend().dispose(...values);
}
