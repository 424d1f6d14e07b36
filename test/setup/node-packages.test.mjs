import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { beginStep } from '../../kernel-setup/lib/stamps.mjs';
import { takeStep } from '../../kernel-setup/lib/steps.mjs';
import { nodePackages } from '../../kernel-setup/steps/node-packages.mjs';
import { emptyProject, projectRoot, write } from './helpers.mjs';

const LOCK = {
  packages: {
    '': {},
    'node_modules/a': { version: '1.0.0', integrity: 'x' },
    'node_modules/mac-only': { version: '1.0.0', optional: true },
  },
};
// Stands for npm: notes its arguments, and installs package a.
const NPM = `echo "$@" >> npm-calls
mkdir -p node_modules/a && echo '{"version": "1.0.0"}' > node_modules/a/package.json
echo '{"packages": {"node_modules/a": {"version": "1.0.0", "integrity": "x"}}}' > node_modules/.package-lock.json`;

function project(t, npm = NPM) {
  const context = emptyProject(t, { programs: npm ? { npm } : {} });
  write(context, 'package-lock.json', LOCK);
  const calls = () =>
    existsSync(path.join(context.root, 'npm-calls'))
      ? readFileSync(path.join(context.root, 'npm-calls'), 'utf8').trim().split('\n')
      : [];
  return { context, calls };
}

test('packages are installed from the lock file with scripts off, and once only', async (t) => {
  const { context, calls } = project(t);
  assert.equal((await takeStep(context, nodePackages)).state, 'ok');
  assert.equal((await takeStep(context, nodePackages)).state, 'ok');
  assert.equal(calls().length, 1);
  assert.match(calls()[0], /^ci --ignore-scripts /);
});

test('a stamp whose node_modules is gone, or lacks one package, is not trusted', async (t) => {
  const { context, calls } = project(t);
  await takeStep(context, nodePackages);
  rmSync(path.join(context.modules, 'a'), { recursive: true });
  assert.equal((await takeStep(context, nodePackages)).state, 'ok');
  rmSync(context.modules, { recursive: true });
  assert.equal((await takeStep(context, nodePackages)).state, 'ok');
  assert.equal(calls().length, 3);
});

test('an installation that was cut off is redone even where it looks complete', async (t) => {
  const { context, calls } = project(t);
  await takeStep(context, nodePackages);
  beginStep(context, 'node-packages');
  assert.equal((await takeStep(context, nodePackages)).state, 'ok');
  assert.equal(calls().length, 2);
});

test('a node_modules that was installed by hand and fits the lock file is left alone', async (t) => {
  const { context, calls } = project(t);
  write(context, 'node_modules/a/package.json', { version: '1.0.0' });
  write(context, 'node_modules/.package-lock.json', { packages: { 'node_modules/a': { version: '1.0.0', integrity: 'x' } } });
  assert.equal((await takeStep(context, nodePackages)).state, 'ok');
  assert.deepEqual(calls(), []);
});

test('a lock file that asks for another version leads to an installation', async (t) => {
  const { context, calls } = project(t);
  await takeStep(context, nodePackages);
  write(context, 'package-lock.json', { packages: { 'node_modules/a': { version: '2.0.0', integrity: 'x' } } });
  assert.equal((await takeStep(context, nodePackages)).state, 'failed');
  assert.equal(calls().length, 2);
});

test('npm that fails, and npm that is not there, give the reason', async (t) => {
  const failing = await takeStep(project(t, 'echo "npm error network ETIMEDOUT" >&2; exit 1').context, nodePackages);
  assert.equal(failing.state, 'failed');
  assert.match(failing.text, /ended with code 1\n.*ETIMEDOUT/);
  const without = await takeStep(project(t, '').context, nodePackages);
  assert.match(without.text, /npm was not found/);
});

test('install scripts stay off by default, also for who calls npm by hand in the project; its own package has none', () => {
  assert.match(readFileSync(path.join(projectRoot, '.npmrc'), 'utf8'), /^ignore-scripts=true$/m);
  const { scripts } = JSON.parse(readFileSync(path.join(projectRoot, 'package.json'), 'utf8'));
  const hooks = Object.keys(scripts).filter((name) => /^(pre|post)|^(install|prepare|publish)/.test(name));
  assert.deepEqual(hooks, []);
});
