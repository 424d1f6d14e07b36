import { constants as bufferConstants } from 'node:buffer';
import { createHash } from 'node:crypto';
import { constants as zlibConstants, gunzipSync } from 'node:zlib';
import { problem, shown } from '../../utils/errors';
import { typeName } from '../typeName';
import { readBytes } from './readBytes';
import { writeWhole } from '../../utils/files';

/** The content of an IDX file of bytes, the format MNIST is published in. */
export interface IdxArray {
  /** Size of each axis: `[60000, 28, 28]` for images, `[60000]` for labels. */
  shape: number[];
  /** All elements, the last axis running fastest; a view on the file's bytes, so do not change it. */
  data: Uint8Array;
  /** MD5 sum of the unpacked file, 32 hexadecimal digits; computed when it is asked for. */
  readonly md5: string;
  /** SHA-1 sum of the unpacked file, 40 hexadecimal digits; likewise, in half the time. */
  readonly sha1: string;
}

const UNSIGNED_BYTE = 0x08;
/** Bytes of the longest header: 255 axes. */
const LONGEST_HEADER = 4 + 4 * 255;
/** Packed bytes that certainly hold the header; they unpack to 17 MB at most. */
const PACKED_HEAD = 16384;

/**
 * Reads an IDX file of unsigned bytes; gzip is recognised by its content, whatever the file is called.
 * Format: two zero bytes, the element type, the number of axes, each axis as a big-endian 32-bit number, the elements
 * (http://yann.lecun.com/exdb/mnist). The header is checked first, and no more is read or unpacked than it asks for.
 *
 * @param file path of the file
 * @throws when the file is missing, no regular file, not IDX, of another element type, truncated or longer than its header says
 */
export function readIdx(file: string): IdxArray {
  let packed = false;
  let shape: number[] = [];
  const content = readBytes(file, PACKED_HEAD, (head, size) => {
    packed = head[0] === 0x1f && head[1] === 0x8b;
    shape = readShape(packed ? unpackHead(head, file, size <= head.length) : head.subarray(0, LONGEST_HEADER), file);
    if (!packed) checkSize(file, size, shape);
  });
  const bytes = packed ? unpack(content, file, shape) : content;
  checkSize(file, bytes.length, shape);
  const data = new Uint8Array(bytes.buffer, bytes.byteOffset + headerLength(shape), countOf(shape));
  return {
    shape,
    data,
    get md5() {
      return sumOf(bytes, 'md5');
    },
    get sha1() {
      return sumOf(bytes, 'sha1');
    },
  };
}

/**
 * Writes bytes as an IDX file. The file appears under its name only when it is complete.
 *
 * @param file path to write to; its folder must exist
 * @param shape size of each axis, 1 to 255 axes; their product must be `data.length`
 * @param data the elements, the last axis running fastest: bytes, or other numbers that are whole and from 0 to 255
 * @returns the MD5 sum of the file
 * @throws when shape and data do not fit, a number is no byte, or the file cannot be written whole
 */
export function writeIdx(file: string, shape: readonly number[], data: ArrayLike<number>): string {
  const bytes = encodeIdx(file, shape, data);
  writeWhole(file, bytes);
  return sumOf(bytes, 'md5');
}

/** The bytes of an IDX file; see `writeIdx`. */
export function encodeIdx(file: string, shape: readonly number[], data: ArrayLike<number>): Uint8Array {
  checkShape(file, shape);
  const count = countOf(shape);
  const elements = toBytes(file, data);
  if (count !== elements.length) {
    const reason = `the shape [${shape.join(', ')}] asks for ${count} bytes, ${elements.length} were given`;
    throw problem(file, reason, 'correct the shape');
  }
  const bytes = Buffer.alloc(headerLength(shape) + count);
  bytes[2] = UNSIGNED_BYTE;
  bytes[3] = shape.length;
  shape.forEach((size, axis) => bytes.writeUInt32BE(size, 4 + 4 * axis));
  bytes.set(elements, headerLength(shape));
  return bytes;
}

/** A checksum of a file's content in hexadecimal digits. */
export const sumOf = (bytes: Uint8Array, kind: 'md5' | 'sha1') => createHash(kind).update(bytes).digest('hex');

const headerLength = (shape: readonly number[]) => 4 + 4 * shape.length;
const countOf = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1);

function checkShape(file: string, shape: unknown): void {
  const right = (size: unknown) => Number.isInteger(size) && (size as number) >= 0 && (size as number) < 2 ** 32;
  if (Array.isArray(shape) && shape.length > 0 && shape.length < 256 && shape.every(right)) return;
  throw problem(file, `the shape must be 1 to 255 whole numbers from 0 to 2³²−1, got ${shown(shape)}`);
}

/** A typed array would wrap 300 to 44 and cut 0.9 to 0. */
function toBytes(file: string, data: ArrayLike<number>): ArrayLike<number> {
  const type = typeName(data);
  if (type === 'Uint8Array' || type === 'Uint8ClampedArray') return data;
  if (type !== 'Array' && !/^(Ui|I)nt|^Float/.test(type))
    throw problem(file, `the data must be an array of bytes, got ${shown(data)}`);
  for (let i = 0; i < data.length; i++) {
    const value = data[i];
    if (Number.isInteger(value) && value >= 0 && value <= 255) continue;
    throw problem(
      file,
      `holds whole numbers from 0 to 255, got ${shown(value)} at position ${i}`,
      'scale or renumber them first',
    );
  }
  return data;
}

function checkSize(file: string, size: number, shape: number[]): void {
  const expected = headerLength(shape) + countOf(shape);
  if (size === expected) return;
  const kind = size < expected ? 'is truncated' : 'is longer than its header says';
  throw problem(file, `${kind}: ${size} bytes instead of ${expected}`, 'fetch the file again');
}

/** The beginning of a gzip file's content; unless it is the whole file, it may end anywhere. */
function unpackHead(packed: Buffer, file: string, whole: boolean): Buffer {
  return unzip(packed, file, whole ? {} : { finishFlush: zlibConstants.Z_SYNC_FLUSH });
}

/** Unpacks no more than the header asks for: a small file can hold gigabytes. */
function unpack(packed: Buffer, file: string, shape: number[]): Buffer {
  const expected = headerLength(shape) + countOf(shape);
  if (expected > bufferConstants.MAX_LENGTH) {
    throw problem(file, `its header asks for ${expected} bytes, more than can be read at once`, 'fetch the file again');
  }
  return unzip(packed, file, { maxOutputLength: expected });
}

function unzip(packed: Buffer, file: string, options: { maxOutputLength?: number; finishFlush?: number }): Buffer {
  try {
    return gunzipSync(packed, options);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') {
      const reason = `is longer than its header says: it holds more than ${options.maxOutputLength} bytes`;
      throw problem(file, reason, 'fetch the file again');
    }
    throw problem(file, `is a damaged gzip file (${message})`, 'fetch the file again');
  }
}

function readShape(bytes: Buffer, file: string): number[] {
  if (bytes.length < 4) throw problem(file, `is truncated: ${bytes.length} bytes hold no IDX header`, 'fetch the file again');
  const [zero0, zero1, type, axes] = bytes;
  if (zero0 !== 0 || zero1 !== 0 || type !== UNSIGNED_BYTE || axes === 0) {
    const magic = bytes.toString('hex', 0, 4);
    throw problem(
      file,
      `wrong magic number 0x${magic}`,
      'give an IDX file of unsigned bytes (0x00000803 images, 0x00000801 labels)',
    );
  }
  if (bytes.length < 4 + 4 * axes) throw problem(file, 'is truncated inside its header', 'fetch the file again');
  return Array.from({ length: axes }, (_, axis) => bytes.readUInt32BE(4 + 4 * axis));
}
