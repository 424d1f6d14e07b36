import { problem } from './errors';

/** Numbers as plain JSON: little-endian bytes in base64. */
export interface PackedArray {
  /** `'float32'` or `'int32'`. */
  dtype: 'float32' | 'int32';
  /** How many numbers. */
  length: number;
  /** Their bytes, base64. */
  data: string;
}

/** Typed numbers as plain JSON; `unpackArray` gives them back bit for bit. */
export function packArray(array: Float32Array | Int32Array): PackedArray {
  const bytes = Buffer.alloc(array.length * 4);
  if (array instanceof Int32Array) array.forEach((value, i) => bytes.writeInt32LE(value, 4 * i));
  else array.forEach((value, i) => bytes.writeFloatLE(value, 4 * i));
  return { dtype: array instanceof Int32Array ? 'int32' : 'float32', length: array.length, data: bytes.toString('base64') };
}

/**
 * What `packArray` packed, checked.
 *
 * @param subject whose numbers, for the error message
 * @throws when it is damaged
 */
export function unpackArray(subject: string, packed: unknown): Float32Array | Int32Array {
  const { dtype, length, data } = (packed ?? {}) as Partial<PackedArray>;
  const damaged = (reason: string) => problem(subject, reason, 'the saved state is damaged; use another copy');
  if (dtype !== 'float32' && dtype !== 'int32') throw damaged('saved numbers have no type');
  if (typeof data !== 'string' || !Number.isInteger(length) || Buffer.byteLength(data, 'base64') !== 4 * length!) {
    throw damaged(`expected ${String(length)} saved numbers, found others`);
  }
  const bytes = Buffer.from(data, 'base64');
  if (dtype === 'int32') return Int32Array.from({ length: length! }, (_, i) => bytes.readInt32LE(4 * i));
  return Float32Array.from({ length: length! }, (_, i) => bytes.readFloatLE(4 * i));
}

/** `unpackArray` for float32. */
export function unpackFloats(subject: string, packed: unknown): Float32Array {
  const array = unpackArray(subject, packed);
  if (array instanceof Float32Array) return array;
  throw problem(subject, 'expected float32 numbers, found int32', 'the saved state is damaged; use another copy');
}

/** `unpackArray` for int32. */
export function unpackInts(subject: string, packed: unknown): Int32Array {
  const array = unpackArray(subject, packed);
  if (array instanceof Int32Array) return array;
  throw problem(subject, 'expected int32 numbers, found float32', 'the saved state is damaged; use another copy');
}
