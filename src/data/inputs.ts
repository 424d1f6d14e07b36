import { problem, shown } from '../utils/errors';
import { isImage, sizeOf } from './dataset';
import { typeName } from './typeName';

/** Typed arrays of numbers; those of BigInt are not among them. */
export type NumberArray =
  Uint8Array | Uint8ClampedArray | Int8Array | Uint16Array | Int16Array | Uint32Array | Int32Array | Float32Array | Float64Array;

/**
 * Inputs as people have them: one flat array of numbers, or one row of numbers per input. Images as Uint8Array or
 * Uint8ClampedArray (flat, or each row) hold 0 … 255, in any other form 0 … 1. Features are any finite numbers.
 */
export type InputArrays = NumberArray | readonly number[] | readonly ArrayLike<number>[];

/** Flat inputs in the type in which a data set keeps them. */
export type StoredInputs = Uint8Array | Float32Array | Float64Array;

/** Names of the types of `NumberArray`. */
export const TYPED = /^(Uint8|Uint8Clamped|Int8|Uint16|Int16|Uint32|Int32|Float32|Float64)Array$/;
const BYTES = /^Uint8(Clamped)?Array$/;

/**
 * Checked flat inputs [n · inputs]: bytes for images that were given as bytes, else Float32 for images and Float64 for
 * features (Float32Array stays as it is). Arrays that already have their type are not copied.
 *
 * @param subject for messages, e.g. `data set 'mine', train`
 * @throws where something is no number, not finite or (images) out of range, with row and column; nothing is converted to 0
 */
export function toInputs(subject: string, given: unknown, shape: readonly number[]): StoredInputs {
  const type = typeName(given);
  if (TYPED.test(type)) return fromTyped(subject, given as NumberArray, type, shape);
  if (type !== 'Array') {
    const what = typeof given === 'object' && !/^(Object|object|null)$/.test(type) ? `a value of type ${type}` : shown(given);
    const remedy = 'give a typed array of numbers, an array of numbers, or an array of rows';
    throw problem(subject, `inputs cannot be taken from ${what}`, remedy);
  }
  const list = given as readonly unknown[];
  return isRow(list[0]) ? fromRows(subject, list, shape) : fromNumbers(subject, list, shape);
}

/** Numbers in the first row where inputs are given as rows; the shape they have by themselves. */
export function rowLength(given: unknown): number | undefined {
  if (typeName(given) !== 'Array') return undefined;
  const first = (given as readonly unknown[])[0];
  return isRow(first) ? first.length : undefined;
}

const isRow = (value: unknown): value is ArrayLike<unknown> => TYPED.test(typeName(value)) || Array.isArray(value);

function fromTyped(subject: string, given: NumberArray, type: string, shape: readonly number[]): StoredInputs {
  if (isImage(shape)) {
    if (type === 'Uint8Array') return given as Uint8Array;
    if (type === 'Uint8ClampedArray') return new Uint8Array(given.buffer, given.byteOffset, given.length);
  }
  checkNumbers(subject, given, shape);
  if (type === 'Float32Array' || (type === 'Float64Array' && !isImage(shape))) return given as Float32Array | Float64Array;
  return isImage(shape) ? Float32Array.from(given) : Float64Array.from(given);
}

function fromNumbers(subject: string, given: readonly unknown[], shape: readonly number[]): StoredInputs {
  checkNumbers(subject, given, shape);
  return isImage(shape) ? Float32Array.from(given as number[]) : Float64Array.from(given as number[]);
}

function fromRows(subject: string, rows: readonly unknown[], shape: readonly number[]): StoredInputs {
  const size = sizeOf(shape);
  let bytes = 0;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]; // by index: forEach would pass over a hole
    if (!isRow(row)) throw problem(subject, `row ${i} is ${shown(row)}`, `give ${size} numbers`);
    if (row.length !== size) {
      throw problem(subject, `row ${i} holds ${row.length} numbers instead of ${size}`, 'correct the row or the shape');
    }
    if (BYTES.test(typeName(row))) bytes++;
  }
  const asBytes = isImage(shape) && bytes === rows.length;
  if (isImage(shape) && bytes > 0 && !asBytes) {
    throw problem(subject, `${bytes} of ${rows.length} rows are bytes, the others are not`, 'give all rows in one type');
  }
  const flat = new (asBytes ? Uint8Array : isImage(shape) ? Float32Array : Float64Array)(rows.length * size);
  (rows as ArrayLike<number>[]).forEach((row, i) => {
    if (!asBytes) checkNumbers(subject, row, shape, i);
    flat.set(row, i * size);
  });
  return flat;
}

/** Throws at the first value that is no finite number or, of images, outside 0 … 1; `row` where the values are those of one. */
function checkNumbers(subject: string, values: ArrayLike<unknown>, shape: readonly number[], row?: number): void {
  const image = isImage(shape);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (typeof value === 'number' && (image ? value >= 0 && value <= 1 : Number.isFinite(value))) continue;
    const size = sizeOf(shape);
    const place = image && row === undefined ? `position ${i}` : `row ${row ?? Math.floor(i / size)}, column ${i % size}`;
    if (typeof value !== 'number' || Number.isNaN(value)) {
      throw problem(subject, `${place} holds ${shown(value)}, which is no number`, 'fill it in, or leave the sample out');
    }
    if (!image) throw problem(subject, `${place} holds ${value}, which is not finite`, 'correct it, or leave the sample out');
    const remedy = `scale to [0, 1], give 0 to 255 as Uint8Array, or say shape: [${size}] for features of any range`;
    throw problem(subject, `pixel ${value} at ${place} is outside 0 to 1`, remedy);
  }
}
