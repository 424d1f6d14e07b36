import { readFileSync } from 'node:fs';

const EVERY_MS = 500;
const SHELL = /^(ba|da|a|z|k)?sh$/;

/**
 * Calls `gone` when the npm that started this process has ended: npm passes signals to its shell only, which does not pass
 * them on. Does nothing where npm did not start it, so that a command put into the background by hand goes on.
 * @returns {() => void} stops watching
 */
export function whenNpmEnds({ env }, gone) {
  if (!env.npm_lifecycle_event || process.platform === 'win32') return () => undefined;
  const parent = process.ppid;
  // npm starts a shell, which starts us, or becomes us. Where it stays in between, npm is the shell's parent.
  const npm = SHELL.test(statusOf(parent)?.name) ? statusOf(parent).parent : undefined;
  const timer = setInterval(() => {
    if (process.ppid === parent && (npm === undefined || statusOf(parent)?.parent === npm)) return;
    clearInterval(timer);
    gone();
  }, EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}

/** Name and parent of a process; undefined where there is no /proc, or no such process. */
function statusOf(pid) {
  try {
    const [, name, parent] = /\((.*)\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    return { name, parent: Number(parent) };
  } catch {
    return undefined;
  }
}
