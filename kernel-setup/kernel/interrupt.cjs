// The main thread's side of control.cjs: what Interrupt does to a running cell.
'use strict';
const path = require('node:path');
const { Worker } = require('node:worker_threads');

/** Name of the function that loops in cells call in each round; see LOOP_MARK in source.cjs. */
const LOOP_CHECK = '__stopLoopIfInterrupted';
const CLOSING_MS = 1000;

/** Puts the control channel of tslab's server into its own thread. */
function mendInterrupt(tslab, configPath) {
  const { ZmqServer } = tslab('dist/jupyter.js');
  const { bindSocket, close } = ZmqServer.prototype;
  let control;
  ZmqServer.prototype.bindSocket = function (socket, port) {
    if (socket !== this.control) return bindSocket.call(this, socket, port);
    control = startControl(this, configPath);
    return control.bound;
  };
  ZmqServer.prototype.close = function () {
    close.call(this);
    control?.close();
    setTimeout(() => process.exit(), 500).unref(); // whatever a cell still waits for
  };
}

function startControl(server, configPath) {
  const { transport, ip, control_port: port, key } = server.connInfo;
  const shared = () => new Int32Array(new SharedArrayBuffer(4));
  const [stopLoops, closed] = [shared(), shared()];
  const loops = loopCheck(stopLoops);
  const worker = new Worker(path.join(__dirname, 'control.cjs'), {
    workerData: { address: `${transport}://${ip}:${port}`, key, configPath, stopLoops, closed },
    execArgv: [],
  });
  worker.unref();
  const answers = { send: (frames) => worker.postMessage({ send: frames }) };
  const bound = new Promise((resolve, reject) => {
    worker.on('error', reject);
    worker.on('message', ({ bound, interrupt, frames }) => {
      if (bound) resolve();
      if (interrupt) {
        worker.postMessage({ seen: true });
        if (!loops.takeStopped()) interruptCell();
      }
      if (frames) void server.handleShellMessage(answers, ...frames.map((frame) => Buffer.from(frame)));
    });
  });
  const closeThread = () => worker.postMessage({ close: true });
  // A thread that is ended while its socket listens takes the process down with an abort.
  process.on('exit', () => {
    closeThread();
    Atomics.wait(closed, 0, 0, CLOSING_MS);
  });
  return { bound, close: closeThread };
}

/** What a SIGINT would do, without the signal: the listeners of the running cell, or else tslab's. */
function interruptCell() {
  process.emit('SIGINT', 'SIGINT', 2);
}

/** Lets the loops of cells look at the thread's flag; `takeStopped` tells whether one was stopped since the last call. */
function loopCheck(stopLoops) {
  let stopped = false;
  globalThis[LOOP_CHECK] = () => {
    if (Atomics.load(stopLoops, 0) === 0) return;
    stopped = true;
    throw interrupted();
  };
  return {
    takeStopped() {
      const was = stopped;
      stopped = false;
      return was;
    },
  };
}

function interrupted() {
  const error = new Error('a loop of the cell was stopped; what it has changed so far is kept');
  error.name = 'Interrupted';
  return error;
}

module.exports = { LOOP_CHECK, mendInterrupt };
