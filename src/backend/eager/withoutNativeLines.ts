import { closeSync, fstatSync, openSync } from 'node:fs';

const STDERR = 2;

/**
 * Runs `load` while what native code writes to stderr goes nowhere: libtensorflow 2.21 prints two lines whenever it is loaded, before
 * it reads TF_CPP_MIN_LOG_LEVEL. Where stderr cannot be opened a second time (a socket, a file, Windows) the lines stay.
 */
export function withoutNativeLines<T>(load: () => T): T {
  const kept = stderrAgain();
  if (kept === undefined) return load();
  closeSync(STDERR);
  openSync('/dev/null', 'w'); // takes the lowest free number: 2
  try {
    return load();
  } finally {
    closeSync(STDERR);
    openSync(`/dev/fd/${kept}`, 'a');
    closeSync(kept);
  }
}

/** The terminal or pipe behind stderr under a number of its own. */
function stderrAgain(): number | undefined {
  if (process.platform === 'win32') return undefined;
  try {
    const kind = fstatSync(STDERR);
    return kind.isFIFO() || kind.isCharacterDevice() ? openSync('/dev/fd/2', 'a') : undefined;
  } catch {
    return undefined;
  }
}
