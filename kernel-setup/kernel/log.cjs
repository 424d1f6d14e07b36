// Where the kernel's native code writes: not into the terminal of Jupyter. libtensorflow 2.21 prints two lines whenever it is
// loaded, before it reads TF_CPP_MIN_LOG_LEVEL, whoever loads it.
'use strict';
const fs = require('node:fs');
const { Writable } = require('node:stream');

const STDERR = 2;
/** What native code says when it ends the process. */
const LAST_WORDS = /^(FATAL ERROR: .*|terminate called .*|F\d{4} .*|.*Check failed: .*)$/m;

/**
 * Lets the file take what is written to file descriptor 2 from now on; what JavaScript writes to `process.stderr` still
 * reaches the terminal. To be called before threads open files of their own: the descriptor is free for a moment.
 */
function divertStderr(file) {
  if (process.platform === 'win32') return;
  const log = fs.openSync(file, 'w'); // before the other one is closed: a folder that cannot be written changes nothing
  fs.closeSync(log);
  const terminal = openAgain();
  fs.closeSync(STDERR);
  fs.openSync(file, 'a'); // takes the lowest free number: 2
  if (terminal === undefined) return;
  const write = (chunk, encoding, done) => fs.write(terminal, chunk, () => done());
  Object.defineProperty(process, 'stderr', { value: new Writable({ decodeStrings: true, write }), configurable: true });
}

/** The terminal or pipe behind stderr under a number of its own; undefined for what cannot be opened twice (sockets, shared files). */
function openAgain() {
  try {
    const kind = fs.fstatSync(STDERR);
    return kind.isFIFO() || kind.isCharacterDevice() ? fs.openSync('/dev/fd/2', 'a') : undefined;
  } catch {
    return undefined;
  }
}

/** Why the process that wrote this file ended, in its own words, or undefined. */
function lastWords(file) {
  try {
    return LAST_WORDS.exec(fs.readFileSync(file, 'utf8'))?.[1].slice(0, 200);
  } catch {
    return undefined;
  }
}

module.exports = { divertStderr, lastWords };
