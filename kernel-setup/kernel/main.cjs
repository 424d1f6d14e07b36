// The notebook kernel: tslab with mends, made in memory (tslab's files stay as they are).
// Started by JupyterLab as `node main.cjs CONNECTION_FILE`; see share/kernels/tslab/kernel.json.
'use strict';
const { createRequire } = require('node:module');
const { movedAnchors } = require('./anchors.cjs');
const { describeError, describeProblems } = require('./errors.cjs');
const { refuseInput } = require('./input.cjs');
const { LOOP_CHECK, mendInterrupt } = require('./interrupt.cjs');
const { lendLibrary } = require('./library.cjs');
const { divertStderr } = require('./log.cjs');
const { serverExecute, handlerExecute } = require('./messages.cjs');
const { calledAround, checkLoops, prepare } = require('./source.cjs');
const { allowTimers } = require('./timers.cjs');
const { unfinishedCell } = require('./unfinished.cjs');

const tslab = (file) => require(`tslab/${file}`);
const typescript = () => createRequire(require.resolve('tslab/package.json'))('@tslab/typescript-for-tslab');

/** What the mends know about the running cell and the ones before it. */
function newSession(connectionFile) {
  const unfinished = unfinishedCell(connectionFile);
  const cells = new Map(); // number → {code, output}: to find a stack frame's line in the cell
  let notice = unfinished.message();
  let number = 0;
  let failure;
  let givenUp;
  let giveUp;
  return {
    begin(cell, code) {
      number = cell;
      failure = undefined;
      givenUp = new Promise((resolve) => (giveUp = () => resolve(false)));
      refuseInput((error) => this.giveUp(error));
      cells.set(cell, { code, output: '' });
      unfinished.begin(cell, code);
    },
    end: () => unfinished.end(),
    number: () => number,
    noteConverted: (output) => (cells.get(number).output = output),
    noteError: (error) => (failure = describeError(error, cells)),
    noteProblems: (problems) => (failure = describeProblems(problems, cells.get(number).code)),
    noteUnexpected: (error) => (failure ??= describeError(error, cells)),
    failure: () => failure,
    /** Ends the running cell with an error, although its code waits on. */
    giveUp(error) {
      this.noteUnexpected(error);
      giveUp?.();
    },
    /** Resolves to false when the running cell was given up. */
    givenUp: () => givenUp,
    takeNotice() {
      const text = notice;
      notice = null;
      return text;
    },
    log: unfinished.log,
    describe: (error) => describeError(error, cells).traceback.join('\n'),
  };
}

function mendConverter(session) {
  const converter = tslab('dist/converter.js');
  const { createConverter } = converter;
  const ts = typescript();
  converter.createConverter = (options) => {
    const undo = allowTimers(ts.sys);
    const made = createConverter(options);
    undo();
    const { convert, inspect } = made;
    // Shift-Tab between the parentheses of a call is about what is called, as in other notebooks.
    made.inspect = (previous, code, position) => {
      const info = inspect(previous, code, position);
      const called = info ? undefined : calledAround(ts, code, position);
      return called === undefined ? info : inspect(previous, code, called);
    };
    made.convert = (previous, code) => {
      const { text, topLevelAwait, original } = prepare(ts, code);
      const result = convert(previous, text);
      for (const problem of result.diagnostics) if (!problem.fileName) problem.start = original(problem.start.offset);
      if (result.diagnostics.length > 0) session.noteProblems(result.diagnostics);
      if (!result.output) return result;
      result.output = checkLoops(result.output, LOOP_CHECK);
      session.noteConverted(result.output);
      result.output += `\n//# sourceURL=cell-${session.number()}`; // stack frames then name the cell
      result.hasToplevelAwait ||= topLevelAwait; // tslab overlooks `for await` and `await (…)`
      return result;
    };
    return made;
  };
}

function mendExecutor(session) {
  const executor = tslab('dist/executor.js');
  const { createExecutor } = executor;
  executor.createExecutor = (folder, converters, console) => {
    let printed = []; // what tslab would print: problems of the conversion or the value that the cell threw
    const made = createExecutor(folder, converters, { log: console.log, error: (...values) => printed.push(values) });
    const { execute } = made;
    made.execute = async (code) => {
      const notice = session.takeNotice();
      if (notice) process.stderr.write(notice);
      printed = [];
      const ok = await Promise.race([execute(code), session.givenUp()]);
      if (ok) printed.forEach((values) => console.error(...values));
      else if (!session.failure()) session.noteError(printed[0]?.[0]);
      return ok;
    };
    return made;
  };
}

function mendMessages(session) {
  const { JupyterHandlerImpl, ZmqServer } = tslab('dist/jupyter.js');
  JupyterHandlerImpl.prototype.handleExecute = handlerExecute(session);
  ZmqServer.prototype.handleExecute = serverExecute(session);
}

/** Errors outside a cell's own run, as short as those inside. */
function mendLateErrors(session) {
  for (const event of ['uncaughtException', 'unhandledRejection']) {
    process.removeAllListeners(event);
    process.on(event, (error) => process.stderr.write(`Outside a running cell: ${session.describe(error)}\n`));
  }
}

/** Says it in the log and in the output of the first cell, where tslab points `process.stderr.write` to the cell. */
function sayAtStart(text) {
  const { stderr } = process;
  stderr.write(text);
  const { write } = stderr;
  const define = (property) => Object.defineProperty(stderr, 'write', { configurable: true, ...property });
  define({
    get: () => write,
    set(toCell) {
      define({ value: toCell, writable: true });
      toCell(text);
    },
  });
}

function start(configPath) {
  const moved = movedAnchors(tslab);
  const kernel = { configPath, enableFindLocal: false };
  if (moved.length > 0) {
    sayAtStart(
      `kernel: this tslab is not the one that its mends were made for, so it runs without them, and Interrupt does nothing (use Restart):\n  ${moved.join('\n  ')}\n`,
    );
    return tslab('dist/main.js').startKernel(kernel);
  }
  lendLibrary(typescript());
  const session = newSession(configPath);
  mendConverter(session);
  mendExecutor(session);
  mendMessages(session);
  mendInterrupt(tslab, configPath);
  tslab('dist/main.js').startKernel(kernel);
  mendLateErrors(session);
  quietly(() => divertStderr(session.log));
}

/** A disk that cannot be written must not keep anyone from running cells. */
function quietly(action) {
  try {
    action();
  } catch {
    /* the lines of native code then reach the terminal */
  }
}

start(process.argv[2]);
