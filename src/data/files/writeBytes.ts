import { randomBytes } from 'node:crypto';
import {
  accessSync,
  closeSync,
  constants,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { problem } from '../../utils/errors';

/**
 * Writes a file that appears under its name only when it is complete and on the disk; until then the old one stays.
 * `writeFileSync` on the descriptor goes on after a short write and fails on a full disk; write-file-atomic 7 would take
 * the short write for the whole and put half a file in the place of a good one.
 *
 * @throws when the path names something that is no regular file (a device would be replaced), may not be written, or the
 *   disk is full
 */
export function writeBytes(file: string, bytes: Uint8Array): void {
  let temporary: string | undefined;
  try {
    const old = statSync(file, { throwIfNoEntry: false });
    if (old && !old.isFile()) throw problem(file, 'is no regular file', 'give the path of a file');
    if (old) accessSync(file, constants.W_OK); // renaming asks the folder only and would replace a protected file
    const target = old ? realpathSync(file) : file; // a link stays a link
    temporary = `${target}.${process.pid}-${randomBytes(4).toString('hex')}.part`;
    const handle = openSync(temporary, 'wx', old ? old.mode & 0o777 : 0o666);
    try {
      writeFileSync(handle, bytes);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(temporary, target);
  } catch (error) {
    if (temporary !== undefined) rmSync(temporary, { force: true });
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw problem(file, `cannot be written (${code})`, remedyFor(code));
  }
}

function remedyFor(code: string): string {
  if (code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG') return 'make space, or write it elsewhere';
  if (code === 'ENOENT') return 'make its folder first';
  return 'check the path and its rights';
}
