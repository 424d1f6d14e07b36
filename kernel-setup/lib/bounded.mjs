import { startProgress } from './progress.mjs';
import { endGuarded, spawnGuarded } from './start.mjs';

/** What a command that has to end may take before its end is no longer waited for; guard.mjs uses force before. */
const END_MS = 7000;

const running = new Set();

/** Ends all children of the set-up; for the signal handler of the entry. */
export function stopAll() {
  for (const child of running) endGuarded(child);
}

/**
 * Runs a command, bounded in time, with its output kept instead of shown.
 * @param {object} context from createContext
 * @param {string} command
 * @param {string[]} args
 * @param {object} options
 * @param {string} options.label what the reader sees while it lasts
 * @param {string} [options.cwd] default: the project's folder
 * @param {NodeJS.ProcessEnv} [options.env] default: the context's
 * @param {number} [options.limit] seconds it may take in all (default 600)
 * @param {number} [options.silence] seconds without a sign of life after which it is ended (default: no such limit)
 * @param {(line: string) => boolean} [options.isSign] which output lines are a sign of life (default: every one)
 * @param {() => number} [options.activity] a figure that grows while it works (bytes on disk); a change is a sign of life
 * @param {(figure: number) => string} [options.describe] turns that figure into text beside the label
 * @param {(line: string) => string | undefined} [options.onLine] picks the progress text out of an output line
 * @returns {Promise<{ok: boolean, code: number | null, output: string, reason: string}>} never rejects;
 *   `reason` is '' or says in words why it did not work
 */
export function runBounded(context, command, args, options) {
  const {
    label,
    cwd = context.root,
    env = context.env,
    limit = 600,
    silence,
    isSign = () => true,
    activity,
    describe,
    onLine,
  } = options;
  return new Promise((resolve) => {
    const progress = startProgress(context, label);
    const child = spawnGuarded('group', command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(child);
    const start = Date.now();
    let lastSign = start;
    let lastFigure = -1;
    let output = '';
    let reason = '';
    const listen = (chunk) => {
      output = (output + chunk).slice(-200_000);
      for (const line of String(chunk)
        .split(/[\r\n]+/)
        .filter(Boolean)) {
        if (isSign(line)) lastSign = Date.now();
        const text = onLine?.(line);
        if (text) progress.detail(text);
      }
    };
    child.stdout.on('data', listen);
    child.stderr.on('data', listen);
    const watch = setInterval(
      () => {
        const figure = activity?.() ?? -1;
        if (figure !== lastFigure) {
          lastFigure = figure;
          lastSign = Date.now();
          if (describe) progress.detail(describe(figure));
        }
        const now = Date.now();
        if (now - start > limit * 1000) reason = `still not done after ${limit} s`;
        else if (silence && now - lastSign > silence * 1000) reason = `no sign of life for ${silence} s`;
        if (reason) end();
      },
      Math.min(500, limit * 200, (silence ?? limit) * 200),
    );
    const end = () => {
      clearInterval(watch);
      endGuarded(child);
      // A grandchild that left the group may keep the pipes open; the answer does not wait for it.
      setTimeout(() => finish(null), END_MS);
    };
    let finished = false;
    const finish = (code, signal) => {
      if (finished) return;
      finished = true;
      clearInterval(watch);
      progress.stop();
      running.delete(child);
      child.stdout.destroy();
      child.stderr.destroy();
      if (code === 127) reason ||= `${command} was not found`;
      if (!reason && code !== 0) reason = code === null ? `ended by ${signal ?? 'a signal'}` : `ended with code ${code}`;
      resolve({ ok: !reason, code, output, reason });
    };
    child.on('error', (error) => {
      reason = error.message;
      finish(null);
    });
    child.on('close', finish);
  });
}

/** The last lines of a command's output that say something, for an error message. */
export function lastLines(output, count = 4) {
  return output
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter(Boolean)
    .slice(-count)
    .join('\n    ');
}
