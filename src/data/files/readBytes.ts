import { closeSync, fstatSync, openSync, readFileSync, readSync, statSync, type Stats } from 'node:fs';
import { problem } from '../../utils/errors';

/** Whether there is a regular file under this path: no folder, named pipe or device, which "exists" does not exclude. */
export function isFile(path: string): boolean {
  return look(path)?.isFile() ?? false;
}

/** Whether there is a folder under this path. */
export function isFolder(path: string): boolean {
  return look(path)?.isDirectory() ?? false;
}

function look(path: string): Stats | undefined {
  try {
    return statSync(path);
  } catch {
    return undefined; // nothing there, or not to be seen (ENOTDIR, EACCES)
  }
}

/**
 * Reads a regular file after a look at its beginning, so that a wrong file is refused before it fills the memory.
 *
 * @param file path of the file
 * @param headLength bytes of the beginning that `check` sees (fewer where the file is shorter)
 * @param check throws where the beginning and the size (in bytes) are not those of a file to read
 * @throws when there is no such file, it is no regular file (a named pipe would be waited for without end) or may not be read
 */
export function readBytes(file: string, headLength = 0, check?: (head: Buffer, size: number) => void): Buffer {
  try {
    if (!statSync(file).isFile()) throw problem(file, 'is no regular file', 'give the path of a file');
    const handle = openSync(file, 'r');
    try {
      if (check) {
        const head = Buffer.alloc(headLength);
        check(head.subarray(0, readSync(handle, head, 0, headLength, 0)), fstatSync(handle).size);
      }
      return readFileSync(handle); // from the beginning: readSync with a position does not move it
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw problem(file, `cannot be read (${code})`, 'check that the file exists and may be read');
  }
}
