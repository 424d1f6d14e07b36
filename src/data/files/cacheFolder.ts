import { existsSync, mkdirSync, mkdtempSync, rmdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/**
 * Where converted data is kept: `.cache/data` in the package's own folder or, where that cannot be written, the user's cache
 * (`XDG_CACHE_HOME`, else `.cache` in the home folder). Never a folder that everyone can write; and what is read from a cache
 * is checked against sums that are in the code, so a folder need not be trusted.
 *
 * @param name of the data set, e.g. `fashion-mnist`
 * @returns the first of the two that can be written, else undefined
 */
export function cacheFolder(name: string): string | undefined {
  const user = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const places = [join(packageRoot(), '.cache', 'data', name), join(user, 'continual-learning', name)];
  return places.find(writable);
}

/** Asked by doing it: rights alone do not say whether the file system is read-only. */
function writable(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true });
    rmdirSync(mkdtempSync(join(folder, 'try-')));
    return true;
  } catch {
    return false;
  }
}

function packageRoot(): string {
  let root = __dirname;
  while (!existsSync(join(root, 'package.json')) && dirname(root) !== root) root = dirname(root);
  return root;
}
