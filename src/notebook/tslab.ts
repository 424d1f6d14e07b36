import { randomBytes } from 'node:crypto';

/** One output in several forms, by MIME type; the notebook shows the richest it knows. */
export type MimeBundle = Record<string, unknown>;

type Write = (message: { data: MimeBundle; metadata: object; transient: { display_id: string } }, update: boolean) => void;

/** tslab's jupyter.js, which the kernel has loaded; its writer belongs to the cell that is running. */
function tslabModule(): { lastWriteDisplayData?: Write | null } | undefined {
  const file = Object.keys(require.cache).find((name) => /[\\/]tslab[\\/]dist[\\/]jupyter\.js$/.test(name));
  return file === undefined ? undefined : require.cache[file]?.exports;
}

/** Whether this process is a tslab kernel that can show figures and tables; otherwise texts are printed. */
export function inNotebook(): boolean {
  return typeof tslabModule()?.lastWriteDisplayData === 'function';
}

/** An output of a cell that can be replaced. */
export interface Output {
  /** Shows the bundle at the place of the one before. */
  update(bundle: MimeBundle): void;
}

/**
 * Sends one output with all its forms in one message, to the cell that is running now; updates go to the same place, also
 * when they come later. Null where there is no notebook.
 */
export function display(bundle: MimeBundle): Output | null {
  const write = tslabModule()?.lastWriteDisplayData;
  if (typeof write !== 'function') return null;
  const transient = { display_id: randomBytes(8).toString('hex') };
  const send = (data: MimeBundle, update: boolean) => inTurn(() => write({ data, metadata: {}, transient }, update));
  send(bundle, false);
  return { update: (next) => send(next, true) };
}

const waiting: (() => void)[] = [];

/**
 * Sends now, or after what already waits. zeromq lets every 512th message wait for the event loop and refuses others (EBUSY)
 * meanwhile; the project's kernel mends that, plain tslab does not.
 */
function inTurn(send: () => void): void {
  waiting.push(send);
  if (waiting.length === 1) sendWaiting();
}

function sendWaiting(): void {
  while (waiting.length > 0) {
    try {
      waiting[0]();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EBUSY') return void setTimeout(sendWaiting, 5);
      waiting.shift();
      throw error;
    }
    waiting.shift();
  }
}
