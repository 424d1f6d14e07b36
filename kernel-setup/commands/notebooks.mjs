import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { readArguments, wrongArguments } from '../lib/arguments.mjs';
import { createContext } from '../lib/context.mjs';
import { jupyterEnvironment } from '../lib/jupyter.mjs';
import { notebookNames, noteShipped, trustShipped } from '../lib/shipped.mjs';
import { contentOf } from '../lib/stamps.mjs';
import { computeEnvironment, start } from '../lib/start.mjs';

const OPTIONS = { set: { type: 'string', multiple: true }, out: { type: 'string' } };
const VARIANTS = path.join('notebooks', 'variants');
const ENDED = [129, 130, 143];

/**
 * Reads the arguments; see commands.mjs. Names and settings are looked up in the notebooks, before anything is started.
 * The request: `names` of notebooks, `settings` or undefined, `out` or undefined (the committed notebooks are rewritten).
 */
export function readNotebooks(args, context = createContext(), { INIT_CWD = process.cwd() } = process.env) {
  const all = notebookNames(context);
  const read = readArguments(args, usage(context, all), { options: OPTIONS, names: true });
  if (read.text !== undefined) return read;
  const wrong = (reason) => wrongArguments(`npm run notebooks: ${reason}`, usage(context, all));
  const unknown = read.names.find((part) => !all.some((name) => name.includes(part)));
  if (unknown !== undefined) return wrong(`no notebook has '${unknown}' in its name`);
  const names = all.filter((name) => read.names.length === 0 || read.names.some((part) => name.includes(part)));
  const out = read.values.out && path.resolve(INIT_CWD, read.values.out);
  if (!read.values.set) return { request: { names, out } };
  const pairs = read.values.set.map((text) => /^(\w+)=(.*)$/s.exec(text) ?? text);
  const noPair = pairs.find((pair) => typeof pair === 'string');
  if (noPair !== undefined) return wrong(`--set ${noPair} is no NAME=VALUE`);
  const settings = Object.fromEntries(pairs.map(([, setting, value]) => [setting, valueOf(value)]));
  const trouble = names.map((name) => misfit(context, name, settings)).find(Boolean);
  if (trouble) return wrong(trouble);
  return { request: { names, settings, out: out ?? path.join(context.root, VARIANTS) } };
}

/** Runs the notebooks, each with a picture of every figure where it is the committed one. Exit code 0 where all went well. */
export async function notebooks(context, { names, settings, out }) {
  const outcome = { written: [], failed: [], left: [...names] };
  const heard = () => undefined; // Ctrl-C reaches the running notebook as well, which ends with 130
  process.on('SIGINT', heard);
  let code = 0;
  for (const name of names) {
    context.out.write(`${short(name)} (${computingTime(context, name)}) …\n`);
    const ended = await runOne(context, name, settings, out);
    if (ENDED.includes(ended)) {
      code = ended;
      break;
    }
    outcome.left.shift();
    (ended === 0 ? outcome.written : outcome.failed).push(name);
    code ||= ended;
  }
  process.off('SIGINT', heard);
  if (!out && outcome.written.length > 0) {
    noteShipped(context);
    trustShipped(context);
  }
  context.out.write(summary(context, outcome, out, ENDED.includes(code)));
  return code;
}

async function runOne(context, name, settings, out) {
  const environment = { ...computeEnvironment(context), ...jupyterEnvironment(context) };
  const folder = out ?? path.join(context.root, 'notebooks');
  mkdirSync(folder, { recursive: true });
  const args = [path.join('test', 'notebooks', 'execute.py'), '--out', folder];
  if (settings) args.push('--set', JSON.stringify(settings), '--suffix', suffixOf(settings));
  const code = await start(context, context.venvPython, [...args, path.join('notebooks', name)], environment);
  if (code !== 0 || out) return code;
  return start(context, process.execPath, [path.join('dist', 'test', 'notebooks', 'pictures.js'), short(name)]);
}

export function summary(context, { written, failed, left }, out, interrupted) {
  const list = (names) => names.map(short).join(', ') || 'none';
  const where = out ? ` into ${out.startsWith(context.root) ? context.relative(out) : out}` : '';
  const lines = [`${interrupted ? '\nInterrupted. ' : ''}Written${where}: ${list(written)}.`];
  if (failed.length > 0) lines.push(`Failed, not written: ${list(failed)}.`);
  if (left.length > 0) lines.push(`Not run to the end, as they were: ${list(left)}.`);
  return `${lines.join('\n')}\n`;
}

/** `.epochs=1,hidden=[64]` as part of a file's name. */
function suffixOf(settings) {
  const text = Object.entries(settings)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(',');
  return `.${text.replace(/[^\w.,=[\]-]/g, '_').slice(0, 80)}`;
}

/** `1`, `[64]`, `true` and `"text"` as JSON; all else is text. */
function valueOf(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

const short = (name) => name.replace('.ipynb', '');
const cellsOf = (context, name) => JSON.parse(contentOf(path.join(context.root, 'notebooks', name))).cells;
const textOf = ({ source }) => [source].flat().join('');

/** Why a notebook cannot take these settings; undefined where it can. */
function misfit(context, name, settings) {
  const cell = cellsOf(context, name).find(({ metadata }) => metadata.tags?.includes('parameters'));
  const known = new Map([...textOf(cell ?? { source: '' }).matchAll(/^ {2}(\w+): (.)/gm)].map(([, key, begin]) => [key, begin]));
  for (const [setting, value] of Object.entries(settings)) {
    if (!known.has(setting)) return `${short(name)} has no setting '${setting}'; it has ${[...known.keys()].join(', ')}`;
    const kind = kindOf(known.get(setting));
    if (kind !== kindOf(JSON.stringify(value)[0])) return `${setting} is ${kind} in ${short(name)}, not ${JSON.stringify(value)}`;
  }
  return undefined;
}

/** The kind of a value by the first character of how it is written. */
function kindOf(begin) {
  if (begin === '[') return 'a list';
  if (begin === '{') return 'an object';
  if (/['"`]/.test(begin)) return 'a text';
  return /[tf]/.test(begin) ? 'true or false' : 'a number';
}

/** What a notebook says about its own computing time. */
function computingTime(context, name) {
  const opening = textOf(cellsOf(context, name)[0] ?? { source: '' });
  return /\*\*Time\.\*\* [^\n]*?(about [^\n]*?)\.?(\n|$)/.exec(opening)?.[1] ?? 'it names no time';
}

const usage = (context, names) => `usage: npm run notebooks -- [NAME …] [--set SETTING=VALUE …] [--out FOLDER]
Runs the notebooks with their full settings and writes them with their outputs; all of them take less than ten minutes on two
free cores. A NAME picks those whose name contains it: npm run notebooks -- 03
  --set SETTING=VALUE  another value for a setting: npm run notebooks -- 03 --set epochs=1 --set 'seeds=[1, 2]'. The notebook
                       with its outputs goes to notebooks/variants; the committed one stays as it is
  --out FOLDER         where the notebooks with their outputs go, in place of notebooks
${names.map((name) => `  ${short(name).padEnd(28)} ${computingTime(context, name)}`).join('\n')}
`;
