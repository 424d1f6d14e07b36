// What the mends rely on in tslab. When an update moves any of it, the kernel says so and runs tslab as it is.
'use strict';

const version = '1.0.22';

/** File in tslab's dist, path of the function in its exports, and text that the function has to contain. */
const anchors = [
  [
    'converter.js',
    'createConverter',
    [
      'function convert(prevDecl, src)',
      'function inspect(prevDecl, src, position)',
      'hasToplevelAwait: diag.hasToplevelAwait',
      'output: esModuleToCommonJSModule(',
    ],
  ],
  [
    'executor.js',
    'createExecutor',
    [
      'convs.node.convert(prevDecl, src)',
      'printDiagnostics(converted.diagnostics)',
      'console.error(e)',
      'converted.hasToplevelAwait',
    ],
  ],
  [
    'jupyter.js',
    'JupyterHandlerImpl.prototype.handleExecuteImpl',
    ['++this.execCount', 'await this.executor.execute(req.code)', 'throw count', 'lastWriteDisplayData = writeDisplayData'],
  ],
  [
    'jupyter.js',
    'JupyterHandlerImpl.prototype.handleExecute',
    ['execution_count', 'this.handleExecuteImpl(req, writeStream, writeDisplayData)'],
  ],
  [
    'jupyter.js',
    'ZmqServer.prototype.handleExecute',
    [
      'msg.createReply()',
      'reply.signAndSend(this.connInfo.key, this.iopub)',
      'await this.handler.handleExecute(msg.content, writeStream, writeDisplayData)',
    ],
  ],
  [
    'jupyter.js',
    'ZmqServer.prototype.init',
    ['this.connInfo = cinfo', 'this.control = new zmq.Router()', 'this.bindSocket(this.control, cinfo.control_port)'],
  ],
  ['jupyter.js', 'ZmqServer.prototype.bindSocket', ['await sock.bind(addr)']],
  [
    'jupyter.js',
    'ZmqServer.prototype.handleShellMessage',
    ['ZmqMessage.fromRaw(this.connInfo.key, args)', 'handleShutdown(sock, msg)'],
  ],
  ['jupyter.js', 'ZmqServer.prototype.close', ['this.handler.close()', 'this.shell.close()']],
  [
    'main.js',
    'startKernel',
    [
      '(0, executor_1.createExecutor)(process.cwd(), convs',
      'new jupyter_1.ZmqServer(',
      'enableFindLocal',
      'process.on("SIGINT"',
      '"unhandledRejection"',
    ],
  ],
];

/**
 * What is not where the mends expect it: one line per finding, empty when all is well.
 *
 * @param {(file: string) => any} load gives the exports of a file of tslab, e.g. `dist/main.js` or `package.json`
 */
function movedAnchors(load) {
  const moved = [];
  const found = load('package.json').version;
  if (found !== version) moved.push(`version is ${found}, expected ${version}`);
  for (const [file, name, texts] of anchors) {
    const value = name.split('.').reduce((object, key) => object?.[key], load(`dist/${file}`));
    if (typeof value !== 'function') moved.push(`${file}: ${name} is missing`);
    else for (const text of texts) if (!String(value).includes(text)) moved.push(`${file}: ${name} no longer contains '${text}'`);
  }
  return moved;
}

module.exports = { version, movedAnchors };
