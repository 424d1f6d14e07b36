import path from 'node:path';
import { start } from '../lib/start.mjs';

const FOLDERS = ['src', 'test', 'kernel-setup'];
const CONFIG = path.join('kernel-setup', 'lint', 'eslint.config.mjs');

/** Checks how the code looks (prettier) and looks for faults (eslint); arguments: files and folders instead of all. */
export async function lint(context, args) {
  return both(await prettier(context, '--check', args), await eslint(context, [], args));
}

/** Mends what both can mend by themselves; what is left is printed, and is an error as it is for lint. */
export async function format(context, args) {
  const left = await eslint(context, ['--fix'], args);
  return both(left, await prettier(context, '--write', args));
}

const both = (first, second) => first || second;

const prettier = (context, mode, args) =>
  start(context, process.execPath, [
    path.join(context.modules, 'prettier', 'bin', 'prettier.cjs'),
    mode,
    '--log-level=warn',
    ...placesOf(args),
  ]);

// Without eslint's cache: it knows a file by its own text, and whether a promise floats depends on the files it imports.
const eslint = (context, options, args) =>
  start(context, process.execPath, [
    path.join(context.modules, 'eslint', 'bin', 'eslint.js'),
    '--config',
    CONFIG,
    '--max-warnings=0',
    ...options,
    ...placesOf(args),
  ]);

const placesOf = (args) => (args.length > 0 ? args : FOLDERS);
