import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { problem } from './errors';

/** A file that is open for reading. */
export interface OpenFile {
  /** Bytes it holds. */
  readonly size: number;
  /** The next `count` bytes, in memory of their own. Throws when it ends before. */
  read(count: number): Uint8Array;
}

/**
 * Opens a regular file, lets `work` read it from the beginning on, and closes it. Opening a named pipe would wait without end,
 * so it is opened without waiting and looked at before the first byte is read.
 *
 * @throws when there is no such file, it is no regular file, or it may not be read
 */
export function readOpened<T>(file: string, work: (opened: OpenFile) => T): T {
  let handle: number | undefined;
  try {
    handle = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)); // Windows has no O_NONBLOCK
    const stats = fstatSync(handle);
    if (!stats.isFile()) throw problem(file, 'is no regular file', 'give the path of a file');
    const open = handle;
    return work({ size: stats.size, read: (count) => readExactly(file, open, count) });
  } catch (error) {
    const { code, errno } = error as NodeJS.ErrnoException;
    if (handle !== undefined && errno === undefined) throw error; // of the work
    throw problem(file, `cannot be read (${code})`, 'check that the file exists and may be read');
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

function readExactly(file: string, handle: number, count: number): Uint8Array {
  const bytes = new Uint8Array(count);
  for (let done = 0; done < count;) {
    const more = readSync(handle, bytes, done, count - done, null);
    if (more === 0) throw problem(file, 'it ends before all is read', 'use another copy');
    done += more;
  }
  return bytes;
}
