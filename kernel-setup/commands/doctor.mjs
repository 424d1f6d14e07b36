import { existsSync, readFileSync, readdirSync, realpathSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { readArguments } from '../lib/arguments.mjs';
import { runBounded } from '../lib/bounded.mjs';
import { findProgram, folderSize } from '../lib/find.mjs';
import { freeSpace } from '../lib/trouble.mjs';
import { BUILD_REMEDY } from '../native/build.mjs';
import { check } from '../steps/native-addon.mjs';
import { pins } from '../steps/python-packages.mjs';

const USAGE = `usage: npm run doctor -- [--fix]
Shows every part with its version, place and state, and what the set-up would install. Changes nothing.
  --fix   installs what is missing, and tries again what an earlier start gave up on
`;

/** Reads the arguments; see commands.mjs. */
export function readDoctor(args) {
  const read = readArguments(args, USAGE, { options: { fix: { type: 'boolean' } } });
  return read.text === undefined ? { look: !read.values.fix, retry: true } : read;
}

/** Prints every part with version, place and state. Exit code 0 where nothing is missing that a command needs, else 1. */
export async function doctor(context, _request, results) {
  const rows = [
    await program(context, 'node', process.execPath),
    await program(context, 'npm', findProgram(context, 'npm')),
    await program(context, 'python', findProgram(context, 'python3', 'python'), results['python-packages']?.remedy),
    await program(
      context,
      'compiler',
      findProgram(context, context.env.CXX, 'c++', 'g++', 'clang++'),
      `needed only where no prebuilt addon is to be had: ${BUILD_REMEDY}`,
      true,
    ),
    stepRow(context, 'node packages', results['node-packages'], `${countFolders(context.modules)} folders`, context.modules),
    ...pythonRows(context, results['python-packages']),
    await nativeRow(context, results['native-addon']),
    wasmRow(context),
    coreRow(context),
    stepRow(context, 'compiled library', results.compile, version(context, '.'), path.join(context.root, 'dist')),
    stepRow(
      context,
      'kernel',
      results.kernelspec,
      `tslab ${version(context, 'node_modules/tslab')}`,
      path.join(context.root, 'kernel-setup', 'share'),
    ),
    stepRow(
      context,
      'HTML export',
      results['html-export'],
      `Plotly ${version(context, 'node_modules/plotly.js-cartesian-dist-min')}`,
      path.join(context.venv, 'etc', 'jupyter'),
    ),
    browserRow(context),
    {
      part: 'machine',
      version: `${os.platform()} ${os.arch()}`,
      where: `${os.availableParallelism()} cores, ${(os.totalmem() / 2 ** 30).toFixed(0)} GiB`,
      state: 'OK',
    },
    { part: 'cache', version: `${Math.round(folderSize(context.cache) / 1e6)} MB`, where: '.cache', state: 'OK' },
  ];
  process.stdout.write(`${table(rows)}\n${toInstall(context, results)}`);
  return rows.some((row) => row.bad) ? 1 : 0;
}

/** What the set-up would do, and the room that takes; '' where there is nothing to do. */
export function toInstall(context, results) {
  const plans = Object.values(results).filter(({ state, plan }) => state !== 'ok' && plan);
  if (plans.length === 0) return '';
  const size = ({ megabytes }) => (megabytes > 0 ? `, ${megabytes} MB` : '');
  const sum = plans.reduce((total, { megabytes }) => total + megabytes, 0);
  return [
    '\nThe set-up would bring:',
    ...plans.map((plan) => `  ${plan.plan}${size(plan)}`),
    `Together ${sum} MB; ${freeSpace(context)} are free. npm run doctor -- --fix installs all of it, every other command what it needs.`,
    '',
  ].join('\n');
}

/** Rows as text: as wide as their widest entry; the state comes last and may be long. */
function table(rows) {
  const columns = ['part', 'version', 'where'];
  const widths = columns.map((column) => Math.max(column.length, ...rows.map((row) => row[column].length)));
  const line = (row) => [...columns.map((column, i) => row[column].padEnd(widths[i])), row.state].join('  ').trimEnd();
  const head = line({ part: 'part', version: 'version', where: 'where', state: 'state' });
  return [head, '-'.repeat(head.length), ...rows.map(line)].join('\n');
}

/** A program on PATH: its place is given by name only, since it lies outside the project. */
async function program(context, part, file, remedy = 'install it', optional = false) {
  if (!file) return { part, version: '-', where: '-', state: `missing: ${remedy}`, bad: !optional };
  const { output } = await runBounded(context, file, ['--version'], { label: `doctor: asking ${part}`, limit: 20 });
  const [found] = /\d+(\.\d+)+/.exec(output) ?? ['?'];
  return { part, version: found, where: `PATH (${path.basename(file)})`, state: 'OK' };
}

function stepRow(context, part, result, version, folder) {
  const good = result?.state === 'ok';
  return {
    part,
    version: good ? version : '-',
    where: context.relative(folder),
    state: good ? 'OK' : trouble(result),
    bad: !good,
  };
}

const pythonRows = (context, result) =>
  Object.entries(pins()).map(([name, pin], i) => {
    const known = i === 0 ? result : { ...result, text: 'not there either', remedy: '' };
    return stepRow(context, name === 'plotly' ? 'plotly (Python)' : name, known, pin, context.venv);
  });

async function nativeRow(context, result) {
  const folder = path.join(context.modules, '@tensorflow', 'tfjs-node');
  const part = 'native addon';
  if (result?.state !== 'ok') return stepRow(context, part, result, '-', folder);
  const facts = await check(context);
  if (!facts.backend) return { part, version: '-', where: context.relative(folder), state: facts.reason, bad: true };
  const deps = context.relative(path.dirname(realpathSync(path.join(folder, 'deps'))));
  return {
    part,
    version: `tfjs-node ${version(context, 'node_modules/@tensorflow/tfjs-node')}, TensorFlow ${facts.libtensorflow}`,
    where: deps,
    state: `OK, ${result.text.replace(/^.*?, /, '')}`,
  };
}

function wasmRow(context) {
  const place = 'node_modules/@tensorflow/tfjs-backend-wasm';
  const good = existsSync(path.join(context.root, place, 'dist', 'tfjs-backend-wasm-simd.wasm'));
  return {
    part: 'wasm backend',
    version: good ? version(context, place) : '-',
    where: place,
    state: good ? 'OK' : 'missing: npm ci',
    bad: !good,
  };
}

/** Two tfjs-core would register kernels and tensors in two places. */
function coreRow(context) {
  const cores = existsSync(context.modules) ? findPackages(context.modules, '@tensorflow/tfjs-core') : [];
  const place = cores.map(context.relative).join(', ') || '-';
  const state =
    cores.length === 1 ? 'OK, the only one' : `${cores.length} found, must be one: npm ci, and see "overrides" in package.json`;
  return {
    part: 'tfjs-core',
    version: cores.length ? version(context, context.relative(cores[0])) : '-',
    where: place,
    state,
    bad: cores.length !== 1,
  };
}

/** All folders of the named package in node_modules and the node_modules within. */
function findPackages(modules, name) {
  const found = existsSync(path.join(modules, name)) ? [path.join(modules, name)] : [];
  for (const entry of readdirSync(modules, { withFileTypes: true })) {
    if (!entry.isDirectory() || entry.name.startsWith('.')) continue;
    const folders = entry.name.startsWith('@')
      ? readdirSync(path.join(modules, entry.name)).map((inner) => path.join(entry.name, inner))
      : [entry.name];
    for (const folder of folders) {
      const inner = path.join(modules, folder, 'node_modules');
      if (existsSync(inner)) found.push(...findPackages(inner, name));
    }
  }
  return found;
}

function browserRow(context) {
  const found = findProgram(context, context.env.CL_CHROMIUM, 'chromium', 'chromium-browser', 'google-chrome');
  return {
    part: 'browser',
    version: found ? path.basename(found) : '-',
    where: found ? 'PATH' : '-',
    state: found ? 'OK' : 'not found; only the end-to-end test needs it (Debian: apt install chromium)',
  };
}

// The whole message stands above the table, where the step was tried.
const trouble = ({ text, remedy } = { text: 'not set up' }) => [firstLine(text), remedy].filter(Boolean).join('; to do: ');

const countFolders = (modules) => (existsSync(modules) ? readdirSync(modules).length : 0);
const firstLine = (text) => text.split('\n')[0].replace(/:$/, '');

function version(context, place) {
  try {
    return JSON.parse(readFileSync(path.join(context.root, place, 'package.json'), 'utf8')).version;
  } catch {
    return '-';
  }
}
