import { isPlainObject, problem, shown } from '../utils/errors';
import { sizeOf, unitOf, type InputDescription } from './dataset';
import { toInputs, type InputArrays } from './inputs';
import { convertInputs, standardisingScale } from './pixels';
import { encodeRows } from './table/columns';
import { isFrame, openTable, type TableSource } from './table/source';

/** Inputs as a model takes them. */
export interface StandardisedInputs {
  /** Standardised inputs, row after row; [count · inputs]. */
  rows: Float32Array;
  /** How many inputs there are. */
  count: number;
}

/**
 * Raw inputs as a model takes them: checked as strictly as a data set's, then standardised as its training data was.
 *
 * @param raw flat numbers or one row of numbers per input (images as bytes 0 … 255 in Uint8Array, otherwise 0 … 1; features in
 *   their own range); for a description with columns also a table: rows as objects, a data frame, or the path of a CSV file
 * @param description what the inputs are: a data set, `task.inputs`, or what a model keeps of it
 * @param subject for messages. Default: `inputs`
 * @throws when a value is missing, no number, out of range or an unknown category, with its place
 */
export function standardiseInputs(
  raw: InputArrays | TableSource,
  description: InputDescription,
  subject = 'inputs',
): StandardisedInputs {
  if (!isPlainObject(description) && !Array.isArray((description as InputDescription | undefined)?.shape))
    throw problem(subject, `what they are is ${shown(description)}`, 'pass a data set, or task.inputs');
  const { shape, columns } = description;
  const size = sizeOf(shape);
  const stored = isTable(raw) ? fromTable(subject, raw, columns) : toInputs(subject, raw, shape);
  const count = stored.length / size;
  if (count === 0) throw problem(subject, 'there are none', 'give at least one row');
  if (!Number.isInteger(count))
    throw problem(subject, `${stored.length} numbers are no whole number of rows of ${size}`, 'correct their number');
  const positions = Int32Array.from({ length: count }, (_, i) => i);
  const scale = standardisingScale(description, unitOf(stored, shape));
  return { rows: convertInputs(stored, positions, size, undefined, scale), count };
}

/** Whether inputs come with names of columns. */
function isTable(raw: unknown): raw is TableSource {
  if (typeof raw === 'string' || isFrame(raw)) return true;
  if (!Array.isArray(raw)) return false;
  const first: unknown = raw[0];
  return typeof first === 'object' && first !== null && !Array.isArray(first) && !ArrayBuffer.isView(first);
}

function fromTable(subject: string, raw: TableSource, columns: InputDescription['columns']): Float64Array {
  if (columns === undefined) {
    const remedy = 'give rows of numbers, or train on a data set of datasetFromTable';
    throw problem(subject, `a table (${shown(raw)}) cannot be read: the training data had no named columns`, remedy);
  }
  const table = openTable(subject, raw, { columns: undefined, delimiter: ',' });
  return encodeRows(subject, table, [...table.rows.keys()], columns);
}
