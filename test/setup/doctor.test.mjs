import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { readDoctor, toInstall } from '../../kernel-setup/commands/doctor.mjs';
import { emptyProject, projectRoot } from './helpers.mjs';

test('it looks unless it is told to install, and then tries again what was given up', () => {
  assert.deepEqual(readDoctor([]), { look: true, retry: true });
  assert.deepEqual(readDoctor(['--fix']), { look: false, retry: true });
  assert.equal(readDoctor(['fix']).code, 2);
});

test('in a fresh clone it installs nothing, names every part and says what would be installed and how large it is', (t) => {
  const { root } = emptyProject(t);
  for (const name of ['kernel-setup', 'package.json', 'package-lock.json', 'tsconfig.json']) {
    cpSync(path.join(projectRoot, name), path.join(root, name), { recursive: true });
  }
  const before = readdirSync(root, { recursive: true }).sort();
  const { status, stdout, stderr } = spawnSync(process.execPath, [path.join(root, 'kernel-setup', 'run.mjs'), 'doctor'], {
    cwd: root,
    encoding: 'utf8',
  });
  assert.deepEqual(readdirSync(root, { recursive: true }).sort(), before, 'no file is made');
  assert.equal(status, 1, stderr);
  for (const part of ['node packages', 'jupyterlab', 'native addon', 'compiled library', 'kernel', 'tfjs-core']) {
    assert.match(stdout, new RegExp(`^${part} +- `, 'm'));
  }
  assert.match(stdout, /\nThe set-up would bring:\n {2}\d+ packages from the npm registry into node_modules, \d+ MB\n/);
  assert.match(
    stdout,
    /jupyterlab .* from the Python package index into \.venv, \d+ MB\n {2}TensorFlow's library into \.cache: .*, \d+ MB\n/,
  );
  assert.match(stdout, /Together \d{4} MB; [\d.]+ GB are free\. npm run doctor -- --fix installs all of it/);
});

test('where nothing is missing nothing is announced', (t) => {
  assert.equal(toInstall(emptyProject(t), { compile: { state: 'ok', text: '' } }), '');
});
