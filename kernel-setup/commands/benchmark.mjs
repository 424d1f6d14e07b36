import { start } from '../lib/start.mjs';

/** Runs the benchmark; arguments go to it. */
export function benchmark(context, args) {
  return start(context, process.execPath, ['--enable-source-maps', 'dist/src/benchmark/cli.js', ...args]);
}
