import { endianness } from 'node:os';
import { problem } from '../utils/errors';
import { elements } from './variable';
import type { Variable } from './variable';

/** A tensor as plain data, ready for `JSON.stringify`. */
export interface TensorState {
  /** Size of each axis; `[]` for a single number. */
  readonly shape: readonly number[];
  /** `'float32'` or `'int32'`. */
  readonly dtype: 'float32' | 'int32';
  /** Its numbers, row-major, little-endian, four bytes each, in base64. */
  readonly data: string;
}

/** Host numbers with a shape as plain data. Not-a-number and infinities are kept bit for bit. */
export function encodeTensor(numbers: Float32Array | Int32Array, shape: readonly number[]): TensorState {
  if (numbers.length !== elements(shape)) {
    throw problem('saving a tensor', `${numbers.length} numbers do not fill the shape [${shape}]`);
  }
  const bytes = Buffer.from(numbers.slice().buffer);
  const dtype = numbers instanceof Int32Array ? 'int32' : 'float32';
  return { shape: [...shape], dtype, data: ordered(bytes).toString('base64') };
}

/**
 * The numbers of a saved tensor, which may come from a file and is checked.
 *
 * @param subject whose tensor it is, for the error message
 * @throws when a field is missing or of the wrong kind, or when shape and data do not fit
 */
export function decodeTensor(subject: string, saved: TensorState): { numbers: Float32Array | Int32Array; shape: number[] } {
  const { shape, dtype, data } = (saved ?? {}) as Partial<TensorState>;
  const damaged = (reason: string) => problem(subject, reason, 'the saved state is damaged');
  if (!Array.isArray(shape) || !shape.every((n) => Number.isInteger(n) && n >= 0)) {
    throw damaged(`the shape of a saved tensor must list whole numbers, got ${JSON.stringify(shape)}`);
  }
  if (dtype !== 'float32' && dtype !== 'int32') {
    throw damaged(`the dtype of a saved tensor must be 'float32' or 'int32', got ${JSON.stringify(dtype)}`);
  }
  const bytes = Buffer.from(typeof data === 'string' ? data : '', 'base64'); // leaves out what is no base64
  if (bytes.toString('base64') !== data) throw damaged('the data of a saved tensor are not base64');
  if (bytes.length !== 4 * elements(shape as number[])) {
    throw damaged(`the data of a saved tensor do not fill its shape [${shape}]`);
  }
  const own = new Uint8Array(bytes.length); // a buffer of its own: Buffer.from may give a part of a shared one, not aligned
  own.set(ordered(bytes));
  return { numbers: dtype === 'int32' ? new Int32Array(own.buffer) : new Float32Array(own.buffer), shape: [...shape] };
}

/** A flat array as plain data. */
export function packed(numbers: Float32Array | Int32Array): TensorState {
  return encodeTensor(numbers, [numbers.length]);
}

/** A flat float32 array that was `packed`, checked. */
export function unpackedFloats(subject: string, saved: TensorState): Float32Array {
  const { numbers } = decodeTensor(subject, saved);
  if (numbers instanceof Float32Array) return numbers;
  throw problem(subject, 'expected float32 numbers, found int32', 'the saved state is damaged');
}

/** A flat int32 array that was `packed`, checked. */
export function unpackedInts(subject: string, saved: TensorState): Int32Array {
  const { numbers } = decodeTensor(subject, saved);
  if (numbers instanceof Int32Array) return numbers;
  throw problem(subject, 'expected int32 numbers, found float32', 'the saved state is damaged');
}

/** A variable's content as plain data. */
export function saveVariable(variable: Variable): TensorState {
  return encodeTensor(variable.data(), variable.shape);
}

/**
 * Puts saved content into a variable, whose shape becomes the saved one.
 *
 * @throws when the saved tensor is damaged or of another number type
 */
export function loadVariable(variable: Variable, saved: TensorState): void {
  const { numbers, shape } = decodeTensor(variable.name, saved);
  if (saved.dtype !== variable.dtype) throw problem(variable.name, `it holds ${variable.dtype}, the saved tensor ${saved.dtype}`);
  variable.set(numbers, shape);
}

/** Between this machine's order of bytes and little-endian; changes the buffer. */
function ordered(bytes: Buffer): Buffer {
  return endianness() === 'BE' ? bytes.swap32() : bytes;
}
