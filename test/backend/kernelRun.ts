import assert from 'node:assert/strict';
import { backend, type Kernels, type Value } from '../../src/backend';

/** Runs kernels in a scope and gives the results as plain arrays with their shapes and types. */
export function run(fn: (k: Kernels) => Value[]): { shape: number[]; dtype: string; data: number[] }[] {
  const { kernels, scope, toHost, dispose } = backend();
  const values = scope(() => fn(kernels));
  const result = values.map((value) => ({ shape: value.shape, dtype: value.dtype, data: Array.from(toHost(value)) }));
  dispose(...values);
  return result;
}

/** Throws unless the numbers are equal, relative to those above 1. */
export function close(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-5): void {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < actual.length; i++) {
    const gap = Math.abs(actual[i] - expected[i]);
    assert.ok(gap <= tolerance * Math.max(1, Math.abs(expected[i])), `entry ${i}: ${actual[i]}, expected ${expected[i]}`);
  }
}
