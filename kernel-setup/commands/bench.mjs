import { start } from '../lib/start.mjs';

/** Times training steps against other engines; arguments go to it. */
export function bench(context, args) {
  return start(context, process.execPath, ['--enable-source-maps', 'dist/test/bench/bench.js', ...args]);
}
