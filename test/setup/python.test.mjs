import assert from 'node:assert/strict';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { beginStep, contentOf } from '../../kernel-setup/lib/stamps.mjs';
import { compareWithPins, pins, pythonPackages } from '../../kernel-setup/steps/python-packages.mjs';
import { takeStep } from '../../kernel-setup/lib/steps.mjs';
import { ensureVenv } from '../../kernel-setup/steps/python-venv.mjs';
import { emptyProject, projectRoot, write } from './helpers.mjs';

// Stands for Python: says it is new enough, `-m venv` makes the folder with itself in it, `-m pip install` installs what is pinned.
const PIP = Object.entries(pins())
  .map(
    ([name, version]) =>
      `mkdir -p "$site/${name}-${version}.dist-info" "$site/${name}" && touch "$site/${name}-${version}.dist-info/RECORD" "$site/${name}/__init__.py"`,
  )
  .join('\n');
const PYTHON = `echo "$1 $2 $3" >> python-calls
case "$1 $2" in
  "-m venv") mkdir -p .venv/bin .venv/lib/python3.11/site-packages; cp "$0" .venv/bin/python; echo "version = 3.11.2" > .venv/pyvenv.cfg;;
  "-m pip") site=.venv/lib/python3.11/site-packages
${PIP}
mkdir -p .venv/share/jupyter/labextensions/jupyterlab-plotly;;
  -c*) echo "True 3.11";;
esac`;

test('without Python the message says so and what to install', async (t) => {
  const result = await ensureVenv(emptyProject(t));
  assert.equal(result.state, 'missing');
  assert.match(result.text, /no Python found on PATH/);
  assert.match(result.remedy, /Python 3\.10 or newer/);
});

test('a Python that is too old, or lacks its venv module, is named with the reason', async (t) => {
  const old = await ensureVenv(emptyProject(t, { programs: { python3: 'echo False 3.8' } }));
  assert.match(old.text, /python3 is 3\.8/);
  const bare = await ensureVenv(
    emptyProject(t, { programs: { python3: 'echo "ModuleNotFoundError: No module named \'ensurepip\'" >&2; exit 1' } }),
  );
  assert.match(bare.text, /ensurepip/);
  assert.match(bare.remedy, /python3-venv/);
});

test('the environment is made and filled once', async (t) => {
  const context = emptyProject(t, { programs: { python3: PYTHON } });
  assert.equal((await takeStep(context, pythonPackages)).state, 'ok');
  const calls = contentOf(path.join(context.root, 'python-calls'));
  assert.equal((await takeStep(context, pythonPackages)).state, 'ok');
  assert.equal(contentOf(path.join(context.root, 'python-calls')), calls);
});

test('a stamp without its environment is not trusted', async (t) => {
  const context = emptyProject(t, { programs: { python3: PYTHON } });
  await takeStep(context, pythonPackages);
  rmSync(context.venv, { recursive: true });
  assert.equal((await takeStep(context, pythonPackages)).state, 'ok');
  assert.equal(compareWithPins(context), '');
});

test('an installation that was cut off is thrown away, not continued', async (t) => {
  const context = emptyProject(t, { programs: { python3: PYTHON } });
  await takeStep(context, pythonPackages);
  write(context, '.venv/half-written', 'by the run that was cut off');
  beginStep(context, 'python-packages');
  assert.equal((await takeStep(context, pythonPackages)).state, 'ok');
  assert.equal(existsSync(path.join(context.venv, 'half-written')), false);
});

test('a package without its files, of another version, or without the lab extension is noticed', async (t) => {
  const context = emptyProject(t, { programs: { python3: PYTHON } });
  await takeStep(context, pythonPackages);
  const site = path.join(context.venv, 'lib', 'python3.11', 'site-packages');
  rmSync(path.join(context.venv, 'share'), { recursive: true });
  assert.match(compareWithPins(context), /lab extension/);
  rmSync(path.join(site, 'nbclient'), { recursive: true });
  assert.match(compareWithPins(context), /nbclient .* is not complete/);
  rmSync(path.join(site, `jupyterlab-${pins().jupyterlab}.dist-info`), { recursive: true });
  mkdirSync(path.join(site, 'jupyterlab-1.0.0.dist-info'));
  assert.match(compareWithPins(context), /jupyterlab .* is missing/);
});

test('pip that cannot reach its index gives its own words', async (t) => {
  const failing = PYTHON.replace(/"-m pip"\)[^]*;;\n {2}-c/, '"-m pip") echo "ERROR: Read timed out."; exit 1;;\n  -c');
  const result = await takeStep(emptyProject(t, { programs: { python3: failing } }), pythonPackages);
  assert.equal(result.state, 'missing');
  assert.match(result.text, /Read timed out/);
});

test('every Python requirement and constraint is pinned to one version', () => {
  for (const name of ['requirements.txt', 'constraints.txt']) {
    const lines = contentOf(path.join(projectRoot, 'kernel-setup', name))
      .split('\n')
      .filter((line) => line && !line.startsWith('#'));
    assert.ok(lines.length >= 4);
    for (const line of lines) assert.match(line, /^[\w.-]+==[\w.]+$/, name);
  }
});
