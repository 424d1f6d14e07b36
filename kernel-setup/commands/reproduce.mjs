import { start } from '../lib/start.mjs';

/** Repeats a published experiment; arguments go to it. */
export function reproduce(context, args) {
  return start(context, process.execPath, ['--enable-source-maps', 'dist/src/evidence/cli.js', ...args]);
}
