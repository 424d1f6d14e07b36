import { createHash } from 'node:crypto';
import { mkdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { checkText, problem, shown } from '../../utils/errors';
import { removeUnfinished, writeWhole } from '../../utils/files';
import { parseJson } from '../../utils/json';
import { readOpened } from '../../utils/openFile';
import { encodeSafetensors, readSafetensors } from '../../utils/safetensors';
import type { NamedTensor } from '../../utils/safetensors';
import { joined, parted } from './tree';

/** Says in a file that it is one of this library. */
const FORMAT = 'continual-learning';
/** The version of the file format that this library writes and reads. */
const VERSION = '1';

/** What a file holds. */
export type SavedKind = 'model' | 'trainer';

/** The path itself where it ends in `.safetensors`, else the file in the folder that it names. */
export function savedFile(subject: string, path: string, kind: SavedKind): string {
  checkText(subject, 'the path', path);
  return path.endsWith('.safetensors') ? path : join(path, `${kind}.safetensors`);
}

/** Whether there is anything under a path. */
export function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return true; // it cannot be looked at; whoever opens it is told why
  }
}

/**
 * Writes plain data with its tensors into one file in the safetensors format: the tensors by name, all else as JSON in the
 * metadata, with a version and a checksum. The file is replaced as a whole: whoever is killed meanwhile leaves the old one.
 *
 * @param file see `savedFile`; folders that are missing are made
 * @throws when the file there is another, the data cannot be saved, or the disk is full; the old file is then as it was
 */
export function writeSaved(file: string, kind: SavedKind, state: object): void {
  const { tree, tensors } = parted(state);
  const text = JSON.stringify(tree);
  const metadata = { format: FORMAT, kind, version: VERSION, sha256: checksum(kind, text, tensors), state: text };
  const content = encodeSafetensors({ metadata, tensors });
  makeFolder(dirname(file));
  refuseOthers(file, kind);
  writeWhole(file, content);
  removeUnfinished(file);
}

/**
 * Reads what `writeSaved` wrote.
 *
 * @returns what the file holds, and of which kind it is
 * @throws when it is damaged, no file of this library, of another kind or of another version; nothing is shown of a foreign file
 */
export function readSaved(file: string, kinds: readonly SavedKind[]): { kind: SavedKind; state: unknown } {
  return readOpened(file, (opened) => {
    const { metadata, readTensors } = readSafetensors(file, opened);
    const { format, kind, version, sha256, state: text } = metadata;
    if (format !== FORMAT) throw problem(file, `it was not saved by ${FORMAT}`, 'give the path of a file that save() wrote');
    if (!(kinds as readonly string[]).includes(kind)) {
      throw problem(file, `it holds ${shown(kind)}, not a ${kinds.join(' or a ')}`, 'give the path of another file');
    }
    if (version !== VERSION) {
      const reason = `its format has version ${shown(version)}, this library reads ${VERSION}`;
      throw problem(file, reason, 'use the version of the library that saved it');
    }
    const tensors = readTensors();
    if (typeof text !== 'string' || sha256 !== checksum(kind, text, tensors)) {
      throw problem(file, 'it is damaged: its content does not match its checksum', 'use another copy');
    }
    return { kind: kind as SavedKind, state: joined(file, { tree: parseJson(file, text), tensors }) };
  });
}

/** Of all that the file holds. */
function checksum(kind: string, text: string, tensors: readonly NamedTensor[]): string {
  const hash = createHash('sha256');
  const names = tensors.map(({ name, dtype, shape }) => [name, dtype, shape]);
  hash.update(JSON.stringify([FORMAT, kind, VERSION, text, names]));
  for (const { bytes } of tensors) hash.update(bytes);
  return hash.digest('hex');
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw problem(folder, `the folder cannot be made (${code})`, 'name a folder in a place of your own');
  }
}

/** Throws when there is a file that is none of this kind, so that nobody's data is replaced by a slip in a path. */
function refuseOthers(file: string, kind: SavedKind): void {
  if (!isThere(file)) return;
  const begin = `{"__metadata__":{"format":"${FORMAT}","kind":"${kind}",`;
  const own = readOpened(file, ({ size, read }) => {
    return size >= 8 + begin.length && Buffer.from(read(8 + begin.length)).toString('latin1', 8) === begin;
  });
  if (!own) throw problem(file, `there is a file that is no saved ${kind}`, 'name another place, or delete it');
}
