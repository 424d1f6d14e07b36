// node guard.mjs terminal|group COMMAND [arguments]
// Runs a command, and ends it when the process that asked for it is gone, even by force. `terminal`: the command stays in the
// terminal's process group, which gets Ctrl-C from the terminal. `group`: it leads a group of its own, and signals go to all of it.
import { spawn } from 'node:child_process';
import net from 'node:net';

/** What the command may take to end by itself before it is ended by force. */
const GRACE_MS = 5000;
/** One Ctrl-C may arrive several times: from the group, from npm, from whoever started this. */
const SAME_MS = 1000;
/** A pipe from whoever started this: it closes with that process. */
const LIFELINE = 3;

const [mode, command, ...args] = process.argv.slice(2);
const leads = mode === 'group' && process.platform !== 'win32';
const child = spawn(command, args, { stdio: 'inherit', detached: leads });

function send(signal) {
  try {
    process.kill(leads ? -child.pid : child.pid, signal);
  } catch {
    /* it has ended */
  }
}

const passedOn = {};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    if (mode === 'terminal' && signal === 'SIGINT') return;
    const again = Date.now() - (passedOn[signal] ?? -Infinity) < SAME_MS;
    if (again) return;
    passedOn[signal] = Date.now();
    send(signal);
  });
}

const lifeline = new net.Socket({ fd: LIFELINE });
lifeline.unref();
lifeline.on('error', () => undefined);
lifeline.on('close', () => {
  send('SIGTERM');
  setTimeout(() => send('SIGKILL'), GRACE_MS).unref();
});
lifeline.resume();

child.on('error', ({ code, message }) => {
  process.stderr.write(`${command} ${code === 'ENOENT' ? 'was not found' : `could not be started: ${message}`}\n`);
  process.exit(127);
});
child.on('exit', (code, signal) => {
  if (leads) send('SIGTERM'); // what it has left behind
  if (signal === null) process.exit(code);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
});
