import { randomBytes } from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fchmodSync,
  fsyncSync,
  lstatSync,
  openSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import type { Stats } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { problem } from './errors';

/**
 * Writes a file so that whoever opens it finds the old content or all of the new one, never a part: into a second file
 * beside it, which takes the first one's place when every byte is on the disk. Follows a symbolic link to its file.
 *
 * @param content text (UTF-8) or bytes
 * @param through path of the second file, on the same disk; default a name of its own in the same folder
 * @throws when the path cannot be a file, the file there is write-protected or no regular file (a device or a pipe is not
 *   replaced), or the disk is full; the old file is then as it was
 */
export function writeWhole(file: string, content: string | Uint8Array, through?: string): void {
  const place = resolvePlace(file);
  const beside = through ?? secondFile(place.path);
  try {
    fill(beside, content, place.mode);
    renameSync(beside, place.path);
    fsyncFolder(dirname(place.path));
  } catch (error) {
    rmSync(beside, { force: true });
    throw cannotWrite(file, error);
  }
}

/**
 * Throws where `writeWhole` would, as far as that can be known before there is content: an empty name, a folder that does
 * not exist, a name that is too long, a device, no right to write. Changes nothing.
 */
export function checkWritable(file: string): void {
  const beside = secondFile(resolvePlace(file).path);
  try {
    fill(beside, '');
  } catch (error) {
    throw cannotWrite(file, error);
  } finally {
    rmSync(beside, { force: true });
  }
}

/** Where the content goes, links followed, and the rights of the file that is there. */
function resolvePlace(file: string): { path: string; mode?: number } {
  if (file === '') throw problem('file', 'its name is empty', 'name a file');
  const stats = lookAt(file);
  if (stats?.isDirectory()) throw problem(file, 'it is a folder', 'name a file in it');
  if (stats && !stats.isFile()) throw problem(file, 'it is a device or a pipe, no regular file', 'name a file');
  if (/[/\\]$/.test(file)) throw problem(file, 'it ends like a folder', 'name a file in an existing folder');
  if (!stats && isLink(file)) throw problem(file, 'it is a link to a file that does not exist', 'name a file');
  if (!stats) return { path: file };
  if ((stats.mode & 0o222) === 0) throw problem(file, 'it is write-protected', 'name another file, or allow writing (chmod u+w)');
  try {
    accessSync(file, constants.W_OK); // renaming asks the folder only
  } catch (error) {
    throw cannotWrite(file, error);
  }
  return { path: realpathSync(file), mode: stats.mode & 0o777 };
}

/** What is at a path; undefined where there is nothing yet. */
function lookAt(file: string): Stats | undefined {
  try {
    return statSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw cannotWrite(file, error);
  }
}

function isLink(file: string): boolean {
  return lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

/** What the name of a second file ends with. */
const RANDOM = '0123456789ab.tmp';

/** A name in the same folder, as renaming works within one disk only; short, so that a long name does not become too long. */
function secondFile(path: string): string {
  return join(dirname(path), `.${Array.from(basename(path)).slice(0, 20).join('')}.${randomBytes(6).toString('hex')}.tmp`);
}

/** Removes the second files beside a file that `writeWhole` could not remove because its process was killed. */
export function removeUnfinished(file: string): void {
  const path = existsSync(file) ? realpathSync(file) : file;
  const [folder, own] = [dirname(path), basename(secondFile(path))];
  const begin = own.slice(0, -RANDOM.length);
  for (const name of readdirSync(folder)) {
    const random = name.startsWith(begin) ? name.slice(begin.length) : '';
    if (random.length === RANDOM.length && /^[0-9a-f]+\.tmp$/.test(random)) rmSync(join(folder, name), { force: true });
  }
}

/** `writeFileSync` goes on after a short write until all is written or the system says why not; `writeSync` does not. */
function fill(file: string, content: string | Uint8Array, mode?: number): void {
  const handle = openSync(file, 'wx');
  try {
    if (mode !== undefined) fchmodSync(handle, mode);
    writeFileSync(handle, content);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** So that the new name is on the disk, too. Not every system lets a folder be opened; there it comes later. */
function fsyncFolder(folder: string): void {
  let handle: number | undefined;
  try {
    handle = openSync(folder, 'r');
    fsyncSync(handle);
  } catch {
    // the file is whole all the same
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

const REASONS: Record<string, [reason: string, remedy: string]> = {
  ENOENT: ['its folder does not exist', 'name a file in an existing folder'],
  ENOTDIR: ['a part of its path is a file, no folder', 'name a file in an existing folder'],
  ENAMETOOLONG: ['its name is too long', 'choose a shorter one'],
  EACCES: ['there is no right to write there', 'name a file in a folder of your own'],
  EPERM: ['there is no right to write there', 'name a file in a folder of your own'],
  EROFS: ['its disk is read-only', 'name a file on another disk'],
  ENOSPC: ['the disk is full', 'free some space; what was there before is unchanged'],
  EDQUOT: ['the disk quota is used up', 'free some space; what was there before is unchanged'],
  EFBIG: ['it gets larger than a file may be here', 'raise the limit (ulimit -f); what was there before is unchanged'],
};

function cannotWrite(file: string, error: unknown): Error {
  const { code, message } = error as NodeJS.ErrnoException;
  const [reason, remedy] = REASONS[code ?? ''] ?? [message, 'name another file'];
  return problem(file, `cannot be written: ${reason}`, remedy);
}
