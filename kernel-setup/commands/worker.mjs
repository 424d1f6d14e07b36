import { start } from '../lib/start.mjs';

/** Takes runs from a queue; arguments go to it. */
export function worker(context, args) {
  return start(context, process.execPath, ['--enable-source-maps', 'dist/src/benchmark/worker/cli.js', ...args]);
}
