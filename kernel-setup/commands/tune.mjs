import { start } from '../lib/start.mjs';

/** Searches hyperparameters; arguments go to it. */
export function tune(context, args) {
  return start(context, process.execPath, ['--enable-source-maps', 'dist/src/benchmark/tune/cli.js', ...args]);
}
