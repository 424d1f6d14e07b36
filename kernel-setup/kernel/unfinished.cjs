// A small file that exists while a cell runs. A kernel that finds one at its start knows that the one before it was
// stopped in the middle of that cell, and says so in the output of the first cell that is run. Beside it, what the kernel's
// native code wrote.
'use strict';
const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const { lastWords } = require('./log.cjs');

const folder = path.resolve(__dirname, '..', '..', '.cache', 'kernel');
const keptDays = 7;

/**
 * @param {string} connectionFile its name stays the same when a kernel is restarted; JupyterLab also tells the notebook's
 *   path, which stays the same when Jupyter itself is started anew
 */
function unfinishedCell(connectionFile) {
  const owner = process.env.JPY_SESSION_NAME || path.basename(connectionFile);
  const name = crypto.createHash('sha256').update(owner).digest('hex').slice(0, 16);
  const [file, log] = ['json', 'log'].map((ending) => path.join(folder, `${name}.${ending}`));
  return {
    /** File for what native code writes; see log.cjs. */
    log,
    begin: (cell, code) =>
      quietly(() => fs.writeFileSync(file, JSON.stringify({ cell, line: firstLine(code), began: Date.now() }))),
    end: () => quietly(() => fs.rmSync(file, { force: true })),
    /** Why the kernel ends in the middle of the cell: told instead of a guess. */
    giveReason: (reason) =>
      quietly(() => fs.writeFileSync(file, JSON.stringify({ ...JSON.parse(fs.readFileSync(file, 'utf8')), reason }))),
    /** What to tell the reader, or null; the file is gone afterwards. */
    message() {
      quietly(() => fs.mkdirSync(folder, { recursive: true }));
      quietly(removeOldFiles);
      const left = quietly(() => JSON.parse(fs.readFileSync(file, 'utf8')));
      const words = lastWords(log);
      this.end();
      return left ? explain({ ...(words && { reason: `it ended with "${words}"` }), ...left }) : null;
    },
  };
}

function explain({ cell, line, began, reason = 'it was restarted, or it died, for example for want of memory' }) {
  const time = new Date(began).toTimeString().slice(0, 8);
  return (
    `The kernel was stopped while cell [${cell}] was running (since ${time}): ${reason}. Its variables and what it had learnt are gone.\nTo go on: select the cell that begins with\n` +
    `    ${line}\nthen Run > Run All Above Selected Cell, and run that cell again.\n`
  );
}

function firstLine(code) {
  const lines = code.split('\n').map((line) => line.trim());
  return (lines.find((line) => line !== '' && !line.startsWith('//')) ?? '').slice(0, 100);
}

function removeOldFiles() {
  for (const name of fs.readdirSync(folder)) {
    const old = path.join(folder, name);
    if (Date.now() - fs.statSync(old).mtimeMs > keptDays * 86_400_000) fs.rmSync(old, { force: true });
  }
}

/** A disk that cannot be written must not keep anyone from running cells. */
function quietly(action) {
  try {
    return action();
  } catch {
    return undefined;
  }
}

module.exports = { unfinishedCell };
