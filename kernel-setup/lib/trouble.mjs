import { statfsSync } from 'node:fs';

/** What the project takes when everything is installed, in GB; see the sizes in the steps. */
const WHOLE_GB = 2;

/**
 * What to do about a failure, read from its error code or its words, whoever said them: npm, pip, a compiler, the system.
 * @param {object} context from createContext
 * @param {string} text
 * @param {string} otherwise what to do where the cause is another one
 */
export function remedyFor(context, text, otherwise) {
  if (/ENOSPC|EDQUOT|no space left|disk quota/i.test(text)) {
    return `free some space: all parts together take about ${WHOLE_GB} GB, and ${freeSpace(context)} are free`;
  }
  if (/EFBIG|file too large/i.test(text)) return 'the size of files is limited here: see ulimit -f';
  if (/EROFS|read-only file system/i.test(text)) return "the project's folder is read-only: copy the project to another one";
  if (/EACCES|EPERM|permission denied/i.test(text)) {
    return "this user may not write in the project's folder: copy the project to a folder of your own, or give it to this user";
  }
  return otherwise;
}

/** Space for this user on the project's disk, as text. */
export function freeSpace(context) {
  const { bavail, bsize } = statfsSync(context.root);
  return `${((bavail * bsize) / 1e9).toFixed(1)} GB`;
}
