// Notebooks in any folder can import the library, and the packages that come with it, by their names.
'use strict';
const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');

const project = path.resolve(__dirname, '..', '..');
const NAME = 'continual-learning';

/** Does nothing where the notebook's folder finds the library by itself: inside the project, or after `npm install PATH`. */
function lendLibrary(ts, folder = process.cwd()) {
  if (findsLibrary(folder)) return;
  const own = path.join(folder, 'node_modules') + path.sep;
  const lent = path.join(project, 'node_modules') + path.sep;
  const modules = [lent.slice(0, -1), process.env.NODE_PATH].filter(Boolean);
  process.env.NODE_PATH = modules.join(path.delimiter);
  Module._initPaths(); // reads NODE_PATH anew: Node looks there after the folders of its own
  // TypeScript knows no NODE_PATH: what the notebook's folder lacks, it finds in the project.
  const forward = (name) => (name.startsWith(own) && !fs.existsSync(name) ? lent + name.slice(own.length) : name);
  for (const ask of ['fileExists', 'directoryExists', 'getDirectories', 'readFile', 'realpath']) {
    const original = ts.sys[ask];
    ts.sys[ask] = (name, ...rest) => original(forward(name), ...rest);
  }
}

function findsLibrary(folder) {
  try {
    return Boolean(Module.createRequire(path.join(folder, 'notebook.js')).resolve(NAME));
  } catch {
    return false;
  }
}

module.exports = { lendLibrary };
