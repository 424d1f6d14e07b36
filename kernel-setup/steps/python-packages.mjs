import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { lastLines, runBounded } from '../lib/bounded.mjs';
import { folderSize, megabytes, removeFolder } from '../lib/find.mjs';
import { beginStep, contentOf, finishStep, hashOf, isStamped, wasCutOff } from '../lib/stamps.mjs';
import { remedyFor } from '../lib/trouble.mjs';
import { ensureVenv } from './python-venv.mjs';

const NAME = 'python-packages';
const setup = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const requirements = path.join(setup, 'requirements.txt');
const constraints = path.join(setup, 'constraints.txt');

/** `{jupyterlab: '4.6.4', …}`: the pins of requirements.txt. */
export function pins() {
  return Object.fromEntries(
    readFileSync(requirements, 'utf8')
      .split('\n')
      .filter((line) => line.includes('=='))
      .map((line) => line.trim().split('==')),
  );
}

const pinned = () =>
  Object.entries(pins())
    .map((pin) => pin.join(' '))
    .join(', ');

const inputs = (context) => hashOf(contentOf(requirements), contentOf(constraints), context.root);

function look(context) {
  const text = isStamped(context, NAME, inputs(context)) ? compareWithPins(context) : 'not installed yet';
  if (!text) return { state: 'ok', text: pinned() };
  return { state: 'missing', text, plan: `${pinned()} from the Python package index into .venv`, megabytes: 320 };
}

/** Installs JupyterLab, nbclient, nbconvert, and Python’s plotly and safetensors into .venv, as pinned. */
async function make(context) {
  // pip does not undo what it began: an installation that was cut off is thrown away with its environment.
  if (wasCutOff(context, NAME)) removeFolder(context.venv);
  const venv = await ensureVenv(context);
  if (venv.state !== 'ok') return venv;
  beginStep(context, NAME);
  const temporary = path.join(context.cache, 'pip');
  mkdirSync(temporary, { recursive: true });
  const site = path.join(context.venv, 'lib');
  const args = [
    '-m',
    'pip',
    'install',
    '--disable-pip-version-check',
    '--no-input',
    '--only-binary=:all:',
    '--timeout',
    '30',
    '--retries',
    '2',
    '--progress-bar',
    'off',
    '-r',
    requirements,
    '-c',
    constraints,
  ];
  const result = await runBounded(context, context.venvPython, args, {
    label: 'Python environment: pip install, waiting for the Python package index',
    env: { ...context.env, TMPDIR: temporary },
    limit: 1200,
    silence: 150,
    activity: () => folderSize(temporary) + folderSize(site),
    describe: megabytes,
  });
  removeFolder(temporary);
  const still = result.ok ? compareWithPins(context) : result.reason;
  if (still) {
    return {
      state: 'missing',
      text: `JupyterLab could not be installed: ${still}\n    ${lastLines(result.output)}`,
      remedy: remedyFor(context, result.output, 'look at the message above; is the Python package index within reach?'),
    };
  }
  finishStep(context, NAME, inputs(context));
  return { state: 'ok', text: `${pinned()}, installed` };
}

export const pythonPackages = { look, make };

/** What of .venv is not as pinned, in words; '' where all is. Reads folder names only: asking Python would take a second. */
export function compareWithPins(context) {
  const packages = sitePackages(context);
  if (!existsSync(context.venvPython) || !packages) return '.venv is not there or not complete';
  for (const [name, version] of Object.entries(pins())) {
    if (!existsSync(path.join(packages, `${name}-${version}.dist-info`, 'RECORD'))) return `${name} ${version} is missing`;
    if (!existsSync(path.join(packages, name, '__init__.py'))) return `${name} ${version} is not complete`;
  }
  return existsSync(path.join(context.venv, 'share', 'jupyter', 'labextensions', 'jupyterlab-plotly'))
    ? ''
    : "plotly's lab extension is missing";
}

function sitePackages(context) {
  const config = contentOf(path.join(context.venv, 'pyvenv.cfg'));
  const [, version] = /^version\s*=\s*(\d+\.\d+)/m.exec(config) ?? [];
  const folder =
    process.platform === 'win32'
      ? path.join(context.venv, 'Lib', 'site-packages')
      : path.join(context.venv, 'lib', `python${version}`, 'site-packages');
  return existsSync(folder) ? folder : undefined;
}
