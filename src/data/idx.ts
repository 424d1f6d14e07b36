import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import writeFileAtomic = require('write-file-atomic');
import { problem } from '../utils/errors';

/** The content of an IDX file of bytes, the format MNIST is published in. */
export interface IdxArray {
  /** Size of each axis: `[60000, 28, 28]` for images, `[60000]` for labels. */
  shape: number[];
  /** All elements, the last axis running fastest; a view on the file's bytes, so do not change it. */
  data: Uint8Array;
  /** MD5 sum of the unpacked file, 32 hexadecimal digits. */
  md5: string;
}

const UNSIGNED_BYTE = 0x08;

/**
 * Reads an IDX file of unsigned bytes; gzip is recognised by its content, whatever the file is called.
 * Format: two zero bytes, the element type, the number of axes, each axis as a big-endian 32-bit number, the elements
 * (http://yann.lecun.com/exdb/mnist).
 *
 * @param file path of the file
 * @throws when the file is missing, not IDX, of another element type, truncated or longer than its header says
 */
export function readIdx(file: string): IdxArray {
  const bytes = unpack(readBytes(file), file);
  const shape = readShape(bytes, file);
  const start = 4 + 4 * shape.length;
  const expected = start + shape.reduce((product, size) => product * size, 1);
  if (bytes.length !== expected) {
    const kind = bytes.length < expected ? 'is truncated' : 'is longer than its header says';
    throw problem(file, `${kind}: ${bytes.length} bytes instead of ${expected}`, 'fetch the file again');
  }
  const md5 = createHash('md5').update(bytes).digest('hex');
  return { shape, data: new Uint8Array(bytes.buffer, bytes.byteOffset + start, expected - start), md5 };
}

/**
 * Writes bytes as an IDX file. The file appears under its name only when it is complete.
 *
 * @param file path to write to; its folder must exist
 * @param shape size of each axis; their product must be `data.length`
 * @param data the elements, the last axis running fastest
 * @returns the MD5 sum of the file
 */
export function writeIdx(file: string, shape: number[], data: Uint8Array): string {
  const count = shape.reduce((product, size) => product * size, 1);
  if (count !== data.length) {
    throw problem(
      file,
      `the shape [${shape.join(', ')}] asks for ${count} bytes, ${data.length} were given`,
      'correct the shape',
    );
  }
  const bytes = Buffer.alloc(4 + 4 * shape.length + data.length);
  bytes[2] = UNSIGNED_BYTE;
  bytes[3] = shape.length;
  shape.forEach((size, axis) => bytes.writeUInt32BE(size, 4 + 4 * axis));
  bytes.set(data, 4 + 4 * shape.length);
  writeFileAtomic.sync(file, bytes);
  return createHash('md5').update(bytes).digest('hex');
}

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw problem(
      file,
      `cannot be read (${(error as NodeJS.ErrnoException).code})`,
      'check that the file exists and may be read',
    );
  }
}

function unpack(bytes: Buffer, file: string): Buffer {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes);
  } catch (error) {
    throw problem(file, `is a damaged gzip file (${(error as Error).message})`, 'fetch the file again');
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
