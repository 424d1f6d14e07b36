import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs';
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

/** Bytes of all files below a folder; 0 where it does not exist. Files that vanish meanwhile are left out. */
export function folderSize(folder) {
  if (!existsSync(folder)) return 0;
  let sum = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    try {
      if (entry.isFile()) sum += statSync(path.join(entry.parentPath ?? entry.path, entry.name)).size;
    } catch { /* gone meanwhile */ }
  }
  return sum;
}

/** 123456789 → '123 MB'. */
export const megabytes = (bytes) => `${Math.round(bytes / 1e6)} MB`;
