import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder: the one that holds package.json. */
export const projectRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', '..');

/**
 * What every step gets. Steps read folders, environment and terminal from here only, so that a test can hand in its own.
 * @param {{root?: string, env?: NodeJS.ProcessEnv, out?: NodeJS.WritableStream & {isTTY?: boolean}, retry?: boolean, look?: boolean}} [options]
 *   `retry`: try again what an earlier start gave up on (CI does, too); `look`: change nothing.
 */
export function createContext({ root = projectRoot, env = process.env, out = process.stderr, retry = false, look = false } = {}) {
  const cache = path.join(root, '.cache');
  const isCI = /^(1|true|yes)$/i.test(env.CI ?? '');
  return {
    root,
    env,
    out,
    isCI,
    retry: retry || isCI,
    look,
    cache,
    stamps: path.join(cache, 'setup'),
    venv: path.join(root, '.venv'),
    venvPython: path.join(root, '.venv', ...(process.platform === 'win32' ? ['Scripts', 'python.exe'] : ['bin', 'python'])),
    modules: path.join(root, 'node_modules'),
    /** Absolute path → path as the reader sees it, relative to the project. */
    relative: (file) => path.relative(root, file) || '.',
  };
}
