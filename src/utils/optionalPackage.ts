import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { problem } from './errors';

/** This package's own folder, whose package.json says what it can be used with. */
export const PACKAGE_FOLDER = join(__dirname, '..', '..', '..');

/**
 * Loads something of a package that a project has only if it wants it (`peerDependencies` of package.json).
 *
 * @param subject who needs it
 * @param name the package
 * @param load requires it, or finds a file of it
 * @param otherwise what can be done without it, e.g. `give a folder with the files`
 * @throws with what is to be installed where the package is not there; else what `load` throws
 */
export function optionalPackage<T>(subject: string, name: string, load: () => T, otherwise?: string): T {
  try {
    return load();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'MODULE_NOT_FOUND' || !message.split('\n')[0].includes(`'${name}`)) throw error; // a part of it is missing
    const remedy = `npm install ${name}@${versionOf(name)}${otherwise === undefined ? '' : `, or ${otherwise}`}`;
    throw problem(subject, `the package ${name} is not installed`, remedy);
  }
}

function versionOf(name: string): string {
  const { peerDependencies } = JSON.parse(readFileSync(join(PACKAGE_FOLDER, 'package.json'), 'utf8')) as {
    peerDependencies: Record<string, string>;
  };
  return peerDependencies[name];
}
