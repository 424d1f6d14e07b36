import { spawn } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { setupFolder } from './jupyter.mjs';
import { whenNpmEnds } from './parents.mjs';

const guard = path.join(setupFolder, 'lib', 'guard.mjs');

/** Thread and log settings of everything that computes; a value the user has set stays. */
export function computeEnvironment(context) {
  return { TF_CPP_MIN_LOG_LEVEL: '2', TF_NUM_INTRAOP_THREADS: '1', ...context.env };
}

/**
 * Starts a command beside a guard that ends it when this process is gone; see guard.mjs.
 * @param {'terminal' | 'group'} mode
 * @param {import('node:child_process').SpawnOptions} options `stdio`: the first three
 */
export function spawnGuarded(mode, command, args, { stdio, ...options }) {
  const child = spawn(process.execPath, [guard, mode, command, ...args], { ...options, stdio: [...stdio, 'pipe'] });
  child.stdio[3].on('error', () => undefined);
  child.stdio[3].unref();
  return child;
}

/** Ends a command that `spawnGuarded` started: asks, and uses force after some seconds. */
export function endGuarded(child) {
  child.stdio[3].destroy();
}

/**
 * Starts the actual command on our terminal and resolves with its exit code. A Ctrl-C reaches it through the terminal, which
 * tells the whole group; it is left to end in its own way. Other signals, and all of them without a terminal, are passed on.
 */
export function start(context, command, args, env = computeEnvironment(context)) {
  return new Promise((resolve) => {
    const mode = process.stdin.isTTY ? 'terminal' : 'group';
    const child = spawnGuarded(mode, command, args, { cwd: context.root, env, stdio: ['inherit', 'inherit', 'inherit'] });
    const handlers = Object.fromEntries(['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => [signal, () => child.kill(signal)]));
    for (const [signal, handler] of Object.entries(handlers)) process.on(signal, handler);
    const stopWatching = whenNpmEnds(context, () => endGuarded(child));
    const end = (code) => {
      stopWatching();
      for (const [signal, handler] of Object.entries(handlers)) process.off(signal, handler);
      resolve(code);
    };
    child.on('error', (error) => {
      context.out.write(`${command} could not be started: ${error.message}\n`);
      end(1);
    });
    child.on('exit', (code, signal) => end(code ?? 128 + (os.constants.signals[signal] ?? 1)));
  });
}
