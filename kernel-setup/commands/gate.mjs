import { start } from '../lib/start.mjs';

/** Judges a new model against the one in use; arguments go to it. */
export function gate(context, args) {
  return start(context, process.execPath, ['--enable-source-maps', 'dist/src/benchmark/gate/cli.js', ...args]);
}
