// The kernel's control channel, in a thread of its own, so that Interrupt, Restart and the end of Jupyter are heard while
// a cell computes. No signal is involved: one that arrives in a product of oneDNN can end the process.
'use strict';
const crypto = require('node:crypto');
const { createRequire } = require('node:module');
const { parentPort, workerData } = require('node:worker_threads');
const { unfinishedCell } = require('./unfinished.cjs');

/** After this long without a sign of the main thread, loops in cells are told to stop. */
const LOOPS_MS = 500;
/** After this long without a sign, a second Interrupt ends the kernel. */
const GIVE_UP_MS = 10_000;
/** What a shutdown may take before the process is ended. */
const SHUTDOWN_MS = 2000;
const PARENT_MS = 1000;
const DELIMITER = '<IDS|MSG>';

const { address, key, configPath, stopLoops, closed } = workerData;
const zmq = createRequire(require.resolve('tslab/package.json'))('zeromq');
const socket = new zmq.Router({ linger: 100 });
const endProcess = () => process.kill(process.pid, 'SIGKILL');

/** What of Interrupt the main thread has not seen yet. */
const unseen = { since: 0, presses: 0, timers: [] };

function interrupt() {
  parentPort.postMessage({ interrupt: true });
  unseen.presses++;
  if (unseen.presses === 1) {
    unseen.since = Date.now();
    unseen.timers.push(setTimeout(() => Atomics.store(stopLoops, 0, 1), LOOPS_MS));
  } else if (unseen.presses === 2) {
    unseen.timers.push(setTimeout(giveUp, Math.max(0, unseen.since + GIVE_UP_MS - Date.now())));
  }
}

function seen() {
  unseen.timers.splice(0).forEach(clearTimeout);
  unseen.presses = 0;
  Atomics.store(stopLoops, 0, 0);
}

function giveUp() {
  const seconds = Math.round((Date.now() - unseen.since) / 1000);
  unfinishedCell(configPath).giveReason(`it was told twice to stop and gave no sign for ${seconds} s, so it was ended`);
  endProcess();
}

/** Type, session and frames of a message, or null where it is not from Jupyter. */
function read(raw) {
  const at = raw.findIndex((frame) => frame.equals(Buffer.from(DELIMITER)));
  if (at < 0 || sign(raw.slice(at + 2)) !== String(raw[at + 1])) return null;
  return { identities: raw.slice(0, at), header: JSON.parse(String(raw[at + 2])) };
}

function sign(parts) {
  const hmac = crypto.createHmac('sha256', key);
  for (const part of parts) hmac.update(part);
  return hmac.digest('hex');
}

function reply({ identities, header }, type, content) {
  const own = { ...header, msg_type: type, msg_id: crypto.randomUUID(), date: new Date().toISOString() };
  const parts = [own, header, {}, content].map((part) => JSON.stringify(part));
  return socket.send([...identities, DELIMITER, sign(parts), ...parts]);
}

async function handle(raw) {
  const message = read(raw);
  if (!message) return;
  const type = message.header.msg_type;
  if (type === 'interrupt_request') {
    interrupt();
    return reply(message, 'interrupt_reply', { status: 'ok' });
  }
  if (type === 'shutdown_request') setTimeout(endProcess, SHUTDOWN_MS).unref();
  parentPort.postMessage({ frames: raw });
}

/** Where Jupyter was killed nobody will ever end this kernel: it ends itself. */
function endWithJupyter(jupyter) {
  const parent = process.ppid; // Jupyter, or what it started the kernel with
  setInterval(() => (process.ppid !== parent || !isAlive(jupyter)) && endProcess(), PARENT_MS).unref();
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function close() {
  socket.close(); // ends the loop below
  parentPort.close();
}

async function main() {
  const jupyter = Number(process.env.JPY_PARENT_PID);
  if (jupyter > 0 && process.platform !== 'win32') endWithJupyter(jupyter);
  await socket.bind(address);
  parentPort.on('message', (message) => {
    if (message.seen) seen();
    else if (message.send) void socket.send(message.send);
    else if (message.close) close();
  });
  parentPort.postMessage({ bound: true });
  try {
    for await (const raw of socket) await handle(raw);
  } finally {
    Atomics.store(closed, 0, 1);
    Atomics.notify(closed, 0);
  }
}

void main();
