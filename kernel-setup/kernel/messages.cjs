// Jupyter messages that tslab sends wrongly or not at all: `error`, `aborted`, and streams that do not flood.
'use strict';
const flushMs = 50;
const settleMs = 50;

/** `handleExecute` of tslab's server: the same messages, and `error` before the reply when the cell failed. */
function serverExecute(session) {
  return async function handleExecute(socket, request) {
    // Without it zeromq makes every 512th send wait for the event loop, and throws EBUSY at a second one meanwhile.
    this.iopub.sendTimeout = 0;
    const send = (type, content, to = this.iopub) => {
      const message = request.createReply();
      message.header.msg_type = type;
      message.content = content;
      message.signAndSend(this.connInfo.key, to);
    };
    const streams = bufferedStreams((name, text) => send('stream', { name, text }));
    const display = (data, update) => {
      streams.flush();
      send(update ? 'update_display_data' : 'display_data', data);
    };
    const content = await this.handler.handleExecute(request.content, streams.write, display);
    streams.flush();
    if (content.status === 'error') {
      Object.assign(content, session.failure());
      const { ename, evalue, traceback } = content;
      send('error', { ename, evalue, traceback });
    }
    send('execute_reply', content, socket);
  };
}

/**
 * `handleExecute` of tslab's handler: one cell after the other. When one fails, those already queued are answered
 * `aborted`, unless its request says `stop_on_error: false` (as nbclient does when errors are allowed). Whatever is sent
 * after the failing cell's reply runs.
 */
function handlerExecute(session) {
  let last = Promise.resolve();
  let received = 0;
  let aborted = 0;
  return function handleExecute(request, writeStream, writeDisplayData) {
    const number = ++received;
    const result = last.then(async () => {
      if (number <= aborted) return { status: 'aborted' };
      session.begin(this.execCount + 1, request.code);
      try {
        const { count } = await this.handleExecuteImpl(request, writeStream, writeDisplayData);
        return { status: 'ok', execution_count: count, payload: [], user_expressions: {} };
      } catch (error) {
        session.noteUnexpected(error);
        if (request.stop_on_error !== false) {
          await new Promise((resolve) => setTimeout(resolve, settleMs)); // what is queued is read from the socket meanwhile
          aborted = received;
        }
        return { status: 'error', execution_count: this.execCount };
      } finally {
        session.end();
      }
    });
    last = result;
    return result;
  };
}

/**
 * Joins quick writes to one message per stream and 50 ms. Without it a cell that prints some 500 lines at once loses
 * output and the notice that it has ended, and seems to run for ever.
 */
function bufferedStreams(send) {
  let name = 'stdout';
  let text = '';
  let sent = 0;
  let timer = null;
  const flush = () => {
    clearTimeout(timer);
    timer = null;
    if (text === '') return;
    sent = Date.now();
    const whole = text;
    text = '';
    send(name, whole);
  };
  const write = (stream, piece) => {
    if (stream !== name) flush();
    name = stream;
    text += piece;
    if (Date.now() - sent >= flushMs) flush();
    else timer ??= setTimeout(flush, flushMs);
  };
  return { write, flush };
}

module.exports = { serverExecute, handlerExecute, bufferedStreams };
