import { backend } from '../backend';
import type { Value } from '../backend';
import { problem } from '../utils/errors';

/** A table that gives its rows, e.g. a DataFrame of danfojs. */
export interface Frame {
  /** One array a row. */
  readonly values: readonly unknown[];
}

/**
 * Inputs of a model: rows of numbers, all rows one after the other in a typed array, a DataFrame of numbers, or a tensor
 * [n, inputSize].
 */
export type Rows = readonly ArrayLike<number>[] | Float32Array | Float64Array | Uint8Array | Int32Array | Frame | Value;

/** Labels, one a row: whole numbers from 0, or an int32 tensor [n]. */
export type Labels = ArrayLike<number> | Value;

interface Inputs {
  readonly architecture: string;
  readonly inputSize: number;
}

/** The inputs as a value [n, inputSize]; call inside a scope. */
export function onDevice(model: Inputs, x: Rows): Value {
  if (isTensor(x)) {
    if (x.shape.length === 2 && x.shape[1] === model.inputSize) return x;
    throw wrongInputs(model, `got a tensor of shape [${x.shape}]`);
  }
  const rows = hostRows(model, x);
  return backend().kernels.tensor(rows, [rows.length / model.inputSize, model.inputSize]);
}

/** The inputs as one flat array of rows; [n · inputSize]. */
function hostRows(model: Inputs, x: Rows): Float32Array {
  const { inputSize } = model;
  if (isTensor(x)) return Float32Array.from(backend().toHost(x));
  if (ArrayBuffer.isView(x)) {
    const flat = x as Float32Array;
    if (flat.length === 0 || flat.length % inputSize !== 0) throw wrongInputs(model, `got ${flat.length} numbers in one array`);
    return finite(model, Float32Array.from(flat));
  }
  const rows = Array.isArray(x) ? (x as readonly unknown[]) : x && typeof x === 'object' && 'values' in x ? x.values : undefined;
  if (!Array.isArray(rows) || rows.length === 0) {
    throw wrongInputs(model, `got ${x === null ? 'null' : Array.isArray(x) ? 'no rows' : typeof x}`);
  }
  const flat = new Float32Array(rows.length * inputSize);
  rows.forEach((row: unknown, i) => {
    const { length } = (row ?? {}) as ArrayLike<number>;
    if (typeof row !== 'object' || length !== inputSize) {
      throw wrongInputs(
        model,
        `row ${i} ${length === undefined || typeof row !== 'object' ? 'is no array' : `has ${length} numbers`}`,
      );
    }
    for (let j = 0; j < inputSize; j++) flat[i * inputSize + j] = numberAt(model, (row as ArrayLike<unknown>)[j], i, j);
  });
  return flat;
}

/** The labels as an int32 value [n]; call inside a scope. */
export function labelsOnDevice({ architecture }: Inputs, y: Labels): Value {
  if (isTensor(y)) return y;
  const wrong = Array.from(y as ArrayLike<unknown>).findIndex((label) => !Number.isInteger(label) || (label as number) < 0);
  if (wrong >= 0) throw problem(architecture, `label ${String(y[wrong])} at position ${wrong} is no whole number from 0`);
  return backend().kernels.tensor(Int32Array.from(y), [y.length]);
}

/** Whether a value is a tensor on the device. */
export function isTensor(x: unknown): x is Value {
  return (
    typeof x === 'object' &&
    x !== null &&
    'dtype' in x &&
    'shape' in x &&
    Array.isArray(x.shape) &&
    !Array.isArray(x) &&
    !('values' in x)
  );
}

function numberAt(model: Inputs, value: unknown, row: number, column: number): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw wrongInputs(model, `row ${row}, column ${column} is ${typeof value === 'string' ? `'${value}'` : String(value)}`);
}

function finite(model: Inputs, flat: Float32Array): Float32Array {
  const wrong = flat.findIndex((value) => !Number.isFinite(value));
  if (wrong < 0) return flat;
  return numberAt(model, flat[wrong], Math.floor(wrong / model.inputSize), wrong % model.inputSize) as never;
}

function wrongInputs({ architecture, inputSize }: Inputs, reason: string): Error {
  return problem(architecture, `it takes rows of ${inputSize} numbers, ${reason}`, 'flatten each input to one row of numbers');
}
