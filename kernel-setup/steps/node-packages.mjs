import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { lastLines, runBounded } from '../lib/bounded.mjs';
import { findProgram } from '../lib/find.mjs';
import { beginStep, contentOf, finishStep, hashOf, wasCutOff } from '../lib/stamps.mjs';
import { remedyFor } from '../lib/trouble.mjs';

const NAME = 'node-packages';

const lockFileOf = (context) => path.join(context.root, 'package-lock.json');

/** A node_modules that already holds exactly what package-lock.json says (npm install by hand) is as good as one of ours. */
function look(context) {
  const count = countPackages(lockFileOf(context));
  const trouble = wasCutOff(context, NAME) ? 'the last installation was cut off' : compareWithLock(context);
  if (!trouble) return { state: 'ok', text: `${count} packages as in package-lock.json` };
  return { state: 'missing', text: trouble, plan: `${count} packages from the npm registry into node_modules`, megabytes: 770 };
}

/** Installs the packages of package-lock.json into node_modules, install scripts off. */
async function make(context) {
  const npm = npmCommand(context);
  if (!npm)
    return {
      state: 'failed',
      text: `npm was not found, and ${look(context).text}`,
      remedy: 'install npm (it comes with Node) or start through npm run',
    };
  beginStep(context, NAME);
  const args = [
    'ci',
    '--ignore-scripts',
    '--include=dev',
    '--no-audit',
    '--no-fund',
    '--loglevel=http',
    '--fetch-timeout=30000',
    '--fetch-retries=2',
    '--fetch-retry-mintimeout=2000',
    '--fetch-retry-maxtimeout=5000',
  ];
  const result = await runBounded(context, npm.command, [...npm.args, ...args], {
    label: 'node packages: npm ci, waiting for the npm registry',
    limit: 1800,
    silence: 150,
    // npm writes a line for every failed attempt, too: only a package that arrived counts.
    isSign: (line) => /npm http (fetch GET 200|cache) /.test(line),
    onLine: (line) => /fetch GET 200 \S*\/([^/\s]+)/.exec(line)?.[1],
  });
  const still = result.ok ? compareWithLock(context) : result.reason.replace('no sign of life', 'no package has arrived');
  if (still) {
    return {
      state: 'failed',
      text: `npm ci did not work: ${still}\n    ${lastLines(errorLines(result.output))}`,
      remedy: remedyFor(context, result.output, 'look at the message above; is the npm registry within reach?'),
    };
  }
  finishStep(context, NAME, hashOf(contentOf(lockFileOf(context))));
  return { state: 'ok', text: `${look(context).text}, installed` };
}

export const nodePackages = { look, make };

/** What of node_modules is not as the lock file says, in words; '' where all is. npm writes its own list there last of all. */
function compareWithLock(context) {
  const wanted = readPackages(lockFileOf(context));
  const present = readPackages(path.join(context.modules, '.package-lock.json'));
  if (!wanted) return 'package-lock.json cannot be read';
  if (!present) return 'node_modules is not there or not complete';
  for (const [place, { version, integrity, optional, link }] of Object.entries(wanted)) {
    if (place === '') continue;
    const there = present[place];
    if (!there) {
      if (optional) continue;
      return `${place} is missing`;
    }
    if (there.version !== version || there.integrity !== integrity) return `${place} is another version`;
    if (!link && versionOf(path.join(context.root, place)) !== version) return `${place} is not complete`;
    if (link && !existsSync(path.join(context.root, place))) return `${place} is missing`;
  }
  return '';
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

function versionOf(folder) {
  try {
    return JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')).version;
  } catch {
    return undefined;
  }
}

const countPackages = (lockFile) => Object.keys(readPackages(lockFile) ?? {}).length;

/** npm as it started us, else the one on PATH. */
function npmCommand(context) {
  const script = context.env.npm_execpath;
  if (script && /npm-cli\.c?js$/.test(script) && existsSync(script)) return { command: process.execPath, args: [script] };
  const npm = findProgram(context, 'npm');
  return npm && { command: npm, args: [] };
}

/** npm's output without its notes on every fetch. */
const errorLines = (output) =>
  output
    .split('\n')
    .filter((line) => !line.startsWith('npm http'))
    .join('\n');
