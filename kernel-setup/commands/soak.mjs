import { start } from '../lib/start.mjs';

/** Puts the project under load for long and looks whether anything grows, gets lost or dies; arguments go to it. */
export function soak(context, args) {
  return start(context, process.execPath, ['--enable-source-maps', 'dist/test/soak/soak.js', ...args]);
}
