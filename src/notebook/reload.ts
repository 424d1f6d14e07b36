import path from 'node:path';

/**
 * Forgets the compiled library, so that the next import reads it from disk: for changing the library's sources while a
 * notebook is open. Keep `npx tsc -w` running, call `reload()`, then run the import cell and the cells below it again.
 * Objects made before keep their old code.
 *
 * @returns how many files are read anew
 */
export function reload(): number {
  const library = path.resolve(__dirname, '..') + path.sep;
  const files = Object.keys(require.cache).filter((file) => file.startsWith(library) && !file.endsWith('.node'));
  for (const file of files) delete require.cache[file];
  return files.length;
}
