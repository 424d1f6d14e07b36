import { start } from '../lib/start.mjs';

/** Looks at the runs of a store; arguments go to it. */
export function results(context, args) {
  return start(context, process.execPath, ['--enable-source-maps', 'dist/src/benchmark/results/cli.js', ...args]);
}
