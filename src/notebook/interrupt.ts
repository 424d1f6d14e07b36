import { problem } from '../utils/errors';

/** Tells a running function that the reader pressed Interrupt. It fits the `signal` option of all training calls. */
export interface InterruptSignal {
  /** Becomes true when training shall stop. */
  readonly aborted: boolean;
}

/**
 * Runs a function that the Interrupt button (or Ctrl-C) stops in good order: instead of leaving it running in the
 * background, as a notebook cell would, or ending the process, the signal's `aborted` becomes true, the function stops
 * where it can, and the cell fails with one short line. What was learnt is kept: run the cell again to go on.
 *
 * The function has to look at `signal.aborted` and to give way to the event loop (`setImmediate`) at least every 50 ms;
 * the library's training calls do. A second Interrupt does what it does without this function.
 *
 * @param run receives the signal; pass it on as `{signal}`
 * @returns what `run` returns
 * @throws an error named `Interrupted` after an interrupt, else what `run` throws
 */
export async function interruptible<T>(run: (signal: InterruptSignal) => Promise<T>): Promise<T> {
  if (typeof run !== 'function')
    throw problem(
      'interruptible',
      `run is ${typeof run}`,
      'pass a function: interruptible((signal) => trainer.runSequence(stream, {signal}))',
    );
  await Promise.resolve(); // a handler added in a cell's synchronous part would end the kernel: tslab runs that part with breakOnSigint
  const control = new AbortController();
  running.add(control);
  takeOver();
  try {
    const result = await run(control.signal);
    if (control.signal.aborted) throw interrupted('stopped');
    return result;
  } catch (error) {
    const stopped = error instanceof Error && /Interrupted|AbortError/.test(error.name);
    throw stopped ? interrupted(error.message) : error;
  } finally {
    running.delete(control);
    if (running.size === 0) giveBack();
  }
}

/** The calls that are under way. */
const running = new Set<AbortController>();
/** Who listened to SIGINT before the first of them. */
let others: NodeJS.SignalsListener[] = [];

function stop(): void {
  const waiting = [...running].filter(({ signal }) => !signal.aborted);
  if (waiting.length > 0) return waiting.forEach((control) => control.abort());
  giveBack();
  again();
}

// Somebody listens at every moment: a signal that nobody listens to ends the process.
function takeOver(): void {
  if (process.listeners('SIGINT').includes(stop)) return;
  others = process.listeners('SIGINT');
  process.on('SIGINT', stop);
  for (const listener of others) process.removeListener('SIGINT', listener);
}

function giveBack(): void {
  if (!process.listeners('SIGINT').includes(stop)) return;
  for (const listener of others) process.on('SIGINT', listener);
  process.removeListener('SIGINT', stop);
}

/** The same interrupt once more, for those who listened before; where nobody did, the signal with its own effect: the end. */
function again(): void {
  if (others.length > 0) process.emit('SIGINT', 'SIGINT');
  else process.kill(process.pid, 'SIGINT');
}

/** An error whose stack is its message only: one line in the notebook. */
function interrupted(message: string): Error {
  const error = new Error(
    message.includes('again') ? message : `${message}; what was done so far is kept, run the cell again to go on`,
  );
  error.name = 'Interrupted';
  error.stack = `Interrupted: ${error.message}`;
  return error;
}
