import { spawn } from 'node:child_process';
import os from 'node:os';

/** Thread and log settings of everything that computes; a value the user has set stays. */
export function computeEnvironment(context) {
  return { TF_CPP_MIN_LOG_LEVEL: '2', TF_NUM_INTRAOP_THREADS: '1', ...context.env };
}

/**
 * Starts the actual command on our terminal and resolves with its exit code. A Ctrl-C reaches the command through the
 * terminal, which tells the whole group; it is left to end in its own way. Without a terminal, the signal is passed on.
 */
export function start(context, command, args, env = computeEnvironment(context)) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: context.root, env, stdio: 'inherit' });
    const handlers = Object.fromEntries(
      ['SIGINT', 'SIGTERM', 'SIGHUP'].map((signal) => [
        signal,
        () => {
          if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
        },
      ]),
    );
    for (const [signal, handler] of Object.entries(handlers)) process.on(signal, handler);
    const end = (code) => {
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
