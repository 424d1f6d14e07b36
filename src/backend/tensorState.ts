import { endianness } from 'node:os';
import { problem, shown } from '../utils/errors';
import { elements, Variable } from './variable';

/** A tensor as plain data, ready for `JSON.stringify`. */
export interface TensorState {
  /** Size of each axis; `[]` for a single number. */
  readonly shape: readonly number[];
  /** `'float32'` or `'int32'`. */
  readonly dtype: 'float32' | 'int32';
  /** Its numbers, row-major, little-endian, four bytes each, in base64. */
  readonly data: string;
}

/** The little-endian bytes of tensors that were made here: a checkpoint takes them as they are, only JSON needs them as text. */
const bytesByTensor = new WeakMap<object, Uint8Array>();

/**
 * Host numbers with a shape as plain data. Not-a-number and infinities are kept bit for bit.
 *
 * @param more what else stands in the object, e.g. `{ name }`
 */
export function encodeTensor<More extends object>(
  numbers: Float32Array | Int32Array,
  shape: readonly number[],
  more: More = {} as More,
): TensorState & More {
  if (!(ArrayBuffer.isView(numbers) && Array.isArray(shape)))
    throw problem(
      'saving a tensor',
      `${shown(numbers)} and the shape ${shown(shape)} are no tensor`,
      'pass a Float32Array or Int32Array, and a list of sizes',
    );
  if (numbers.length !== elements(shape)) {
    throw problem('saving a tensor', `${numbers.length} numbers do not fill the shape [${shape}]`);
  }
  const dtype = numbers instanceof Int32Array ? 'int32' : 'float32';
  return tensorOfBytes(ordered(Buffer.from(numbers.slice().buffer)), dtype, shape, more);
}

/** A tensor as plain data, from its little-endian bytes. */
export function tensorOfBytes<More extends object>(
  bytes: Uint8Array,
  dtype: TensorState['dtype'],
  shape: readonly number[],
  more: More,
): TensorState & More {
  const tensor = {
    ...more,
    shape: [...shape],
    dtype,
    get data() {
      return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64');
    },
  };
  bytesByTensor.set(tensor, bytes);
  return tensor;
}

/** Whether plain data is a tensor: made here, or of the right fields and size, as JSON gives it (float32 where it names no type). */
export function isTensor(value: Readonly<Record<string, unknown>>): value is Record<string, unknown> & TensorState {
  if (bytesByTensor.has(value)) return true;
  const { shape, dtype = 'float32', data } = value;
  if (!Array.isArray(shape) || typeof data !== 'string' || (dtype !== 'float32' && dtype !== 'int32')) return false;
  return Buffer.byteLength(data, 'base64') === 4 * elements(shape as number[]);
}

/** The little-endian bytes of a tensor that is plain data. */
export function bytesOfTensor(tensor: Pick<TensorState, 'data'>): Uint8Array {
  return bytesByTensor.get(tensor) ?? Buffer.from(tensor.data, 'base64');
}

/**
 * The numbers of a saved tensor, which may come from a file and is checked.
 *
 * @param subject whose tensor it is, for the error message
 * @throws when a field is missing or of the wrong kind, or when shape and data do not fit
 */
export function decodeTensor(subject: string, saved: TensorState): { numbers: Float32Array | Int32Array; shape: number[] } {
  const { shape, dtype } = (saved ?? {}) as Partial<TensorState>;
  const damaged = (reason: string) => problem(subject, reason, 'the saved state is damaged');
  if (!Array.isArray(shape) || !shape.every((n) => Number.isInteger(n) && n >= 0)) {
    throw damaged(`the shape of a saved tensor must list whole numbers, got ${shown(shape)}`);
  }
  if (dtype !== 'float32' && dtype !== 'int32') {
    throw damaged(`the dtype of a saved tensor must be 'float32' or 'int32', got ${shown(dtype)}`);
  }
  const bytes = bytesByTensor.get(saved) ?? bytesOfText(saved.data);
  if (!bytes) throw damaged('the data of a saved tensor are not base64');
  if (bytes.length !== 4 * elements(shape as number[])) {
    throw damaged(`the data of a saved tensor do not fill its shape ${shown(shape)}`);
  }
  const own = new Uint8Array(bytes.length); // a buffer of its own: Buffer.from may give a part of a shared one, not aligned
  own.set(bytes);
  ordered(Buffer.from(own.buffer));
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
  checkVariable('saveVariable', variable);
  return encodeTensor(variable.data(), variable.shape);
}

/**
 * Puts saved content into a variable, whose shape becomes the saved one.
 *
 * @throws when the saved tensor is damaged or of another number type
 */
export function loadVariable(variable: Variable, saved: TensorState): void {
  checkVariable('loadVariable', variable);
  const { numbers, shape } = decodeTensor(variable.name, saved);
  if (saved.dtype !== variable.dtype) throw problem(variable.name, `it holds ${variable.dtype}, the saved tensor ${saved.dtype}`);
  variable.set(numbers, shape);
}

function checkVariable(subject: string, variable: unknown): void {
  if (variable instanceof Variable) return;
  throw problem(subject, `${shown(variable)} is no variable`, 'pass a Variable or a Parameter');
}

/** The bytes of base64; undefined where it is none. */
function bytesOfText(text: unknown): Buffer | undefined {
  const bytes = Buffer.from(typeof text === 'string' ? text : '', 'base64'); // leaves out what is no base64
  return bytes.toString('base64') === text ? bytes : undefined;
}

/** Between this machine's order of bytes and little-endian; changes the buffer. */
function ordered(bytes: Buffer): Buffer {
  return endianness() === 'BE' ? bytes.swap32() : bytes;
}
