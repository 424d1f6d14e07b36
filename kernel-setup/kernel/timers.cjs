'use strict';

/**
 * tslab lets TypeScript have one timer at a time and throws where it wants a second one. It does so when files that a notebook imports are
 * removed and made anew (the library compiled while a notebook is open), and then every later cell would fail. With this it may have
 * as many as it likes: they all run together, when tslab runs its one.
 *
 * @param sys TypeScript's system; until `undo`, what is derived from it and gets a `setTimeout` and a `clearTimeout` gets these around them
 * @returns undo
 */
function allowTimers(sys) {
  const names = ['setTimeout', 'clearTimeout'];
  const before = names.map((name) => Object.getOwnPropertyDescriptor(sys, name));
  const waiting = new Set();
  const one = {};
  let carrier; // tslab's timer, while something waits
  let running = false;
  const runAll = () => {
    running = true;
    try {
      for (const timer of waiting) {
        waiting.delete(timer);
        timer.callback();
      }
    } finally {
      running = false;
      carrier = undefined;
    }
  };
  const around = {
    setTimeout(callback) {
      const timer = { callback };
      waiting.add(timer);
      if (!running) carrier ??= one.setTimeout(runAll);
      return timer;
    },
    clearTimeout(timer) {
      waiting.delete(timer);
      if (running || !carrier || waiting.size > 0) return;
      one.clearTimeout(carrier);
      carrier = undefined;
    },
  };
  for (const name of names) {
    Object.defineProperty(sys, name, {
      configurable: true,
      get: () => before[names.indexOf(name)]?.value,
      set(value) {
        one[name] = value;
        Object.defineProperty(this, name, { configurable: true, enumerable: true, writable: true, value: around[name] });
      },
    });
  }
  return () => {
    for (const [i, name] of names.entries()) {
      delete sys[name];
      if (before[i]) Object.defineProperty(sys, name, before[i]);
    }
  };
}

module.exports = { allowTimers };
