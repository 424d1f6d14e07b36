import fs from 'node:fs';
import path from 'node:path';
import { randomBytes } from 'node:crypto';

/**
 * Writes a file as a whole or not at all: on a full disk, without the right to write, or where a folder or device has that
 * name, it throws and what was there stays as it was. The content goes to a new file beside the old one, which takes its
 * place once everything has been written; a link keeps pointing to its file, and the file keeps its rights.
 *
 * (`write-file-atomic` 7.0 does the same but for one thing: a write that the system cut short counts as done there, so on a
 * full disk half a file takes the place of a whole one. `fs.writeFileSync` goes on until all is written, or throws.)
 *
 * @param file path; the folder must exist
 * @param content text (as UTF-8) or bytes
 * @throws errors of the file system, or one that says what else than a file has that name
 */
export function writeWhole(file: string, content: string | Uint8Array): void {
  const target = fs.existsSync(file) ? fs.realpathSync(file) : file;
  const before = fs.statSync(target, { throwIfNoEntry: false });
  if (before && !before.isFile()) throw new Error(`${target} is ${before.isDirectory() ? 'a folder' : 'no regular file'}`);
  if (before) fs.accessSync(target, fs.constants.W_OK);
  const beside = path.join(path.dirname(target), `.${path.basename(target)}.${randomBytes(6).toString('hex')}`);
  try {
    fs.writeFileSync(beside, content, { flag: 'wx', flush: true, ...(before && { mode: before.mode }) });
    fs.renameSync(beside, target);
  } catch (error) {
    fs.rmSync(beside, { force: true });
    throw error;
  }
}
