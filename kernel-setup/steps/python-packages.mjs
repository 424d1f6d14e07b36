import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { lastLines, runBounded } from '../lib/bounded.mjs';
import { folderSize, megabytes } from '../lib/find.mjs';
import { beginStep, contentOf, finishStep, hashOf, isStamped, wasCutOff } from '../lib/stamps.mjs';
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

/** Installs JupyterLab, nbclient, nbconvert and Python plotly into .venv, as pinned. */
export async function pythonPackages(context) {
  const hash = hashOf(contentOf(requirements), contentOf(constraints), context.root);
  const text = Object.entries(pins())
    .map((pin) => pin.join(' '))
    .join(', ');
  const trouble = isStamped(context, NAME, hash) ? compareWithPins(context) : 'not installed yet';
  if (!trouble) return { state: 'ok', text };
  // pip does not undo what it began: an installation that was cut off is thrown away with its environment.
  if (wasCutOff(context, NAME)) rmSync(context.venv, { recursive: true, force: true });
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
  rmSync(temporary, { recursive: true, force: true });
  const still = result.ok ? compareWithPins(context) : result.reason;
  if (still) {
    return {
      state: 'missing',
      text: `JupyterLab could not be installed: ${still}\n    ${lastLines(result.output)}`,
      remedy: 'look at the message above; is the Python package index within reach?',
    };
  }
  finishStep(context, NAME, hash);
  return { state: 'ok', text: `${text}, installed` };
}

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
