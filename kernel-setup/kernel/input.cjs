// A cell that waits for the keyboard (readline, process.stdin) would wait for ever: tslab cannot ask. It fails instead.
'use strict';
const { Readable } = require('node:stream');

/**
 * To be called for each cell: a stream that was read from does not ask again.
 * @param {(error: Error) => void} giveUp ends the running cell
 */
function refuseInput(giveUp) {
  const read = function () {
    giveUp(noInput());
    this.push(null); // who asks again is told that there is nothing
  };
  Object.defineProperty(process, 'stdin', { value: new Readable({ read }), configurable: true });
}

function noInput() {
  const error = new Error('a cell cannot ask for input in this kernel; write the answer into the cell: const answer = …');
  error.name = 'NoInput';
  error.stack = `${error.name}: ${error.message}`;
  return error;
}

module.exports = { refuseInput };
