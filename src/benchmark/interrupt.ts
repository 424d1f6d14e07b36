/** A signal that comes within this time of the first is the same one, sent once to the group and once to each process. */
const SAME_SIGNAL_MS = 1000;

/** What a command that a signal ended exits with. */
export const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 };

/** Hears Ctrl-C and the request to end; a later second one ends at once. */
export function onInterrupt(stop: () => void): { by?: keyof typeof EXIT_CODES } {
  const state: { by?: keyof typeof EXIT_CODES } = {};
  let first = 0;
  for (const signal of Object.keys(EXIT_CODES) as (keyof typeof EXIT_CODES)[]) {
    process.on(signal, () => {
      if (state.by && performance.now() - first > SAME_SIGNAL_MS) process.exit(EXIT_CODES[signal]);
      if (state.by) return;
      state.by = signal;
      first = performance.now();
      stop();
    });
  }
  return state;
}
