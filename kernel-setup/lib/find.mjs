import { accessSync, constants, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';

/** Full path of the first of the named programs on the context's PATH, or undefined. A name with a slash is taken as it is. */
export function findProgram(context, ...names) {
  const folders = (context.env.PATH ?? '').split(path.delimiter).filter(Boolean);
  for (const name of names.filter(Boolean)) {
    const candidates = name.includes('/') ? [name] : folders.map((folder) => path.join(folder, name));
    const found = candidates.find(isExecutable);
    if (found) return found;
  }
  return undefined;
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** Bytes of all files below a folder; 0 where it does not exist. Files and folders that vanish meanwhile are left out. */
export function folderSize(folder) {
  const sizes = unlessGone(() => readdirSync(folder, { withFileTypes: true }), []).map((entry) => {
    const place = path.join(folder, entry.name);
    if (entry.isDirectory()) return folderSize(place);
    return entry.isFile() ? unlessGone(() => statSync(place).size, 0) : 0;
  });
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Removes a folder, also where a program that is just being ended still writes into it (guard.mjs gives it five seconds). */
export function removeFolder(folder) {
  for (let attempt = 1; ; attempt++) {
    try {
      return rmSync(folder, { recursive: true, force: true });
    } catch (error) {
      if (error.code !== 'ENOTEMPTY' || attempt === 40) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    }
  }
}

function unlessGone(read, otherwise) {
  try {
    return read();
  } catch {
    return otherwise;
  }
}

/** 123456789 → '123 MB'. */
export const megabytes = (bytes) => `${Math.round(bytes / 1e6)} MB`;
