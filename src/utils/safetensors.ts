import { problem, shown } from './errors';
import { LONGEST_JSON, parseJson } from './json';
import type { OpenFile } from './openFile';

/** Numbers of four bytes; the format has more, this library does not. */
export type SafeDtype = 'F32' | 'I32';

/** A tensor with its name, as it stands in a file. */
export interface NamedTensor {
  readonly name: string;
  readonly dtype: SafeDtype;
  /** Size of each axis. */
  readonly shape: readonly number[];
  /** Its numbers, row-major, little-endian. */
  readonly bytes: Uint8Array;
}

/** What a file in the safetensors format holds. */
export interface Safetensors {
  readonly tensors: readonly NamedTensor[];
  /** Text by name. */
  readonly metadata: Readonly<Record<string, string>>;
}

interface HeaderEntry {
  readonly dtype: SafeDtype;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [start: number, end: number];
}

const DTYPES: readonly unknown[] = ['F32', 'I32'];
const METADATA = '__metadata__';
const REMEDY = 'use another copy';

/**
 * Tensors and metadata in the format of Hugging Face's safetensors, which Python reads: eight bytes with the length of the header,
 * the header as JSON (padded with spaces to a multiple of eight bytes), and the tensors' bytes one after the other.
 *
 * @throws when the header would be longer than it may be
 */
export function encodeSafetensors({ tensors, metadata }: Safetensors): Uint8Array {
  let end = 0;
  const entries = tensors.map(({ name, dtype, shape, bytes }): [string, HeaderEntry] => {
    const start = end;
    end += bytes.length;
    return [name, { dtype, shape, data_offsets: [start, end] }];
  });
  const text = JSON.stringify({ [METADATA]: metadata, ...Object.fromEntries(entries) });
  const header = Buffer.from(text);
  if (header.length > LONGEST_JSON) {
    const reason = `all but the tensors takes ${header.length} bytes, ${LONGEST_JSON} at most are read`;
    throw problem('saving', reason, 'keep long lists of numbers as tensors (encodeTensor)');
  }
  const begin = 8 + 8 * Math.ceil(header.length / 8);
  const file = Buffer.alloc(begin + end, ' ');
  file.writeBigUInt64LE(BigInt(begin - 8));
  header.copy(file, 8);
  tensors.forEach(({ bytes }, i) => file.set(bytes, begin + entries[i][1].data_offsets[0]));
  return file;
}

/**
 * Reads the header of a file in the safetensors format, which is checked as a whole, against the size of the file too: so no
 * header can ask for more memory than the file takes.
 *
 * @param subject the file's name
 * @returns the metadata, and what reads the tensors in their turn
 * @throws where the file is damaged, not of this format, or of other number types
 */
export function readSafetensors(
  subject: string,
  file: OpenFile,
): { metadata: Safetensors['metadata']; readTensors: () => NamedTensor[] } {
  const damaged = (reason: string) => problem(subject, `it is no whole safetensors file: ${reason}`, REMEDY);
  if (file.size < 8) throw damaged(`it has only ${file.size} bytes`);
  const length = Buffer.from(file.read(8)).readBigUInt64LE();
  if (length > LONGEST_JSON || Number(length) > file.size - 8) {
    throw damaged(`its header would be ${length} bytes long, in a file of ${file.size}`);
  }
  const bytes = Buffer.from(file.read(Number(length)));
  if (bytes[0] !== 0x7b) throw damaged('its header is no JSON object');
  const text = bytes.toString('utf8');
  if (Buffer.byteLength(text) !== bytes.length) throw damaged('its header is not UTF-8');
  const { [METADATA]: metadata = {}, ...entries } = parseJson(subject, text) as Record<string, unknown>;
  const places = checkedPlaces(damaged, entries, file.size - 8 - Number(length));
  if (!isTextByName(metadata)) throw damaged('its metadata are no text by name');
  const readTensors = () => places.map(([name, { dtype, shape }, size]) => ({ name, dtype, shape, bytes: file.read(size) }));
  return { metadata, readTensors };
}

/** The tensors in the order of their bytes, which lie one after the other from the header to the end of the file. */
function checkedPlaces(
  damaged: (reason: string) => Error,
  entries: Readonly<Record<string, unknown>>,
  size: number,
): [name: string, entry: HeaderEntry, bytes: number][] {
  const places = Object.entries(entries).map(([name, entry]) => {
    const reason = whyNoEntry(entry);
    if (reason) throw damaged(`tensor ${shown(name)}: ${reason}`);
    return [name, entry as HeaderEntry] as const;
  });
  const [start, end] = [0, 1].map((side) => (entry: HeaderEntry) => entry.data_offsets[side]);
  places.sort(([, a], [, b]) => start(a) - start(b) || end(a) - end(b));
  let done = 0;
  for (const [name, entry] of places) {
    if (start(entry) !== done) {
      throw damaged(`tensor ${shown(name)} ${start(entry) < done ? 'overlaps the one before' : 'leaves a gap before it'}`);
    }
    done = end(entry);
  }
  if (done !== size) throw damaged(`its tensors take ${done} bytes, the file has ${size} for them`);
  return places.map(([name, entry]) => [name, entry, end(entry) - start(entry)]);
}

/** What is wrong with an entry of the header; undefined where nothing is. */
function whyNoEntry(entry: unknown): string | undefined {
  const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as Partial<HeaderEntry>;
  const natural = (list: unknown) =>
    Array.isArray(list) && list.every((n) => Number.isSafeInteger(n) && n >= 0) && list.length <= 16;
  if (!DTYPES.includes(dtype)) return `its numbers are ${shown(dtype)}, this library reads ${DTYPES.join(' and ')}`;
  if (!natural(shape)) return `its shape is ${shown(shape)}`;
  if (!natural(offsets) || offsets!.length !== 2) return `its offsets are ${shown(offsets)}`;
  const bytes = shape!.reduce((product, n) => product * n, 4);
  const [start, end] = offsets!;
  return end - start === bytes ? undefined : `its shape ${shown(shape)} needs ${bytes} bytes, it has ${end - start}`;
}

function isTextByName(value: unknown): value is Record<string, string> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((text) => typeof text === 'string')
  );
}
