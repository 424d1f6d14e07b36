// Errors as Jupyter shows them: name, message, and a short traceback that names cells and project files only.
'use strict';
const os = require('node:os');
const path = require('node:path');
const util = require('node:util');
const { lineAt } = require('./source.cjs');

const project = path.resolve(__dirname, '..', '..');
const maxFrames = 6;
const maxProblems = 5;
const red = (text) => `\u001b[31m${text}\u001b[39m`;

/** Text without paths of this machine. */
function tidy(text) {
  return String(text)
    .replace(/\nRequire stack:[\s\S]*$/, '')
    .replaceAll(`file://${project}/`, '')
    .replaceAll(project + path.sep, '')
    .replaceAll(project, '.')
    .replaceAll(os.homedir() + path.sep, `~${path.sep}`);
}

/** One stack line as the reader should see it, or null when it belongs to Node, tslab or a package. */
function frame(line, cells) {
  const parts = /^\s+at (?:(?:async )?(.*?) \()?(?:async )?(?:file:\/\/)?(.+?):(\d+):(\d+)\)?$/.exec(line);
  if (!parts) return null;
  const [, name, file] = parts;
  const inside = name && !/^(eval|(Object\.)?<anonymous>)$/.test(name) ? `, in ${name.replace(/^(Proxy|Object)\./, '')}` : '';
  const cell = /(?:^|[/\\])cell-(\d+)$/.exec(file);
  if (cell) {
    const { code, output } = cells.get(Number(cell[1])) ?? { code: '', output: '' };
    const row = lineAt(output, Number(parts[3]), Number(parts[4]));
    if (row === null) return null;
    return `  cell [${cell[1]}], line ${row}${inside}:  ${(code.split('\n')[row - 1] ?? '').trim()}`;
  }
  const relative = path.relative(project, file);
  if (!path.isAbsolute(file) || /^\.\.|node_modules|^kernel-setup|utils.errors\./.test(relative)) return null;
  return `  ${relative}:${parts[3]}${inside}`;
}

/** What Jupyter's `error` message carries, for a value thrown by a cell. */
function describeError(error, cells) {
  if (!(error instanceof Error) && !util.types.isNativeError(error)) {
    const evalue = tidy(util.inspect(error));
    return { ename: 'Thrown', evalue, traceback: [`${red('Thrown')}: ${evalue}`] };
  }
  const ename = error.name || 'Error';
  const evalue = tidy(error.message);
  const frames = String(error.stack ?? '')
    .split('\n')
    .map((line) => frame(line, cells))
    .filter(Boolean);
  const shown = frames.filter((line, i) => line !== frames[i - 1]).slice(0, maxFrames);
  const cause = error.cause === undefined ? [] : [`caused by ${tidy(error.cause?.message ?? util.inspect(error.cause))}`];
  return { ename, evalue, traceback: [`${red(ename)}: ${evalue}`, ...shown, ...cause] };
}

/** The same for what TypeScript does not accept: each problem with its line and a mark under the place. */
function describeProblems(problems, code) {
  const lines = code.split('\n');
  const places = joinSamePlace(problems).map(({ fileName, start, messages }) => {
    const place = `${fileName ? `${fileName}, ` : ''}line ${start.line + 1}`;
    const mark = fileName ? [] : [`    ${lines[start.line] ?? ''}`, `    ${' '.repeat(start.character)}^`];
    return { text: `${place}: ${messages.join('\n  ')}`, mark };
  });
  const traceback = places.slice(0, maxProblems).flatMap(({ text, mark }) => [`${red('TypeScript')}: ${text}`, ...mark]);
  if (places.length > maxProblems) traceback.push(`… and ${places.length - maxProblems} more`);
  return { ename: 'TypeScript', evalue: places[0].text, traceback };
}

/** TypeScript explains a problem in steps, which tslab lists one by one: what is said of one place belongs together. */
function joinSamePlace(problems) {
  const places = [];
  for (const { fileName, start, messageText } of problems) {
    const last = places.at(-1);
    if (last && last.fileName === fileName && last.start.offset === start.offset) last.messages.push(tidy(messageText));
    else places.push({ fileName, start, messages: [tidy(messageText)] });
  }
  return places;
}

module.exports = { describeError, describeProblems };
