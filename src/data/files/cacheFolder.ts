import { existsSync, mkdirSync, mkdtempSync, rmdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, sep } from 'node:path';

/**
 * Where converted data is kept: `.cache/data` in the package's own folder or, where that cannot be written, the user's cache
 * (`XDG_CACHE_HOME`, else `.cache` in the home folder). Never a folder that everyone can write; and what is read from a cache
 * is checked against sums that are in the code, so a folder need not be trusted.
 *
 * @param name of the data set, e.g. `fashion-mnist`
 * @returns the first of the two that can be written, else undefined
 */
export function cacheFolder(name: string): string | undefined {
  return [join(packageRoot(), '.cache', 'data', name), inUsersCache(name)].find(writable);
}

/**
 * Where results are kept that nobody gave a place: `.cache` in the package's own folder or the user's cache, as for data; where the
 * package was installed into another project, the user's cache only, as installing it anew would take them away.
 *
 * @param name of the folder, e.g. `runs`
 * @returns the first of the two that can be written, else undefined
 */
export function resultsFolder(name: string): string | undefined {
  const own = packageRoot();
  const installed = own.split(sep).includes('node_modules');
  return [...(installed ? [] : [join(own, '.cache', name)]), inUsersCache(name)].find(writable);
}

function inUsersCache(name: string): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'continual-learning', name);
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
