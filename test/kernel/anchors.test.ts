import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { Kernel, projectRoot } from './kernelClient';

const { movedAnchors, version } = require(path.join(projectRoot, 'kernel-setup', 'kernel', 'anchors.cjs'));
const load = (file: string) => require(`tslab/${file}`);

test('tslab is the pinned version and everything the mends rely on is where they expect it', () => {
  assert.deepEqual(movedAnchors(load), []);
  const wanted = require(path.join(projectRoot, 'package.json')).devDependencies.tslab;
  assert.equal(
    wanted,
    version,
    'package.json pins another tslab than kernel-setup/kernel/anchors.cjs: check every mend, then change the version there',
  );
});

test('another version, a missing function and a changed function are each named', () => {
  const changed = (file: string) => {
    if (file === 'package.json') return { version: '9.9.9' };
    if (file === 'dist/main.js') return {};
    if (file === 'dist/executor.js') return { createExecutor: () => 'rewritten' };
    return load(file);
  };
  const moved: string[] = movedAnchors(changed);
  assert.ok(moved.includes(`version is 9.9.9, expected ${version}`));
  assert.ok(moved.includes('main.js: startKernel is missing'));
  assert.ok(moved.some((line) => line.startsWith("executor.js: createExecutor no longer contains 'convs.node.convert")));
});

test('with a tslab that moved, the kernel says so in its log and in the first cell, and runs cells as plain tslab does', async () => {
  const copy = fs.mkdtempSync(path.join(os.tmpdir(), 'moved-tslab-'));
  const installed = path.dirname(require.resolve('tslab/package.json'));
  const tslab = path.join(copy, 'node_modules', 'tslab');
  fs.cpSync(installed, tslab, { recursive: true });
  fs.cpSync(path.join(projectRoot, 'kernel-setup', 'kernel'), path.join(copy, 'kernel-setup', 'kernel'), { recursive: true });
  const manifest = path.join(tslab, 'package.json');
  fs.writeFileSync(manifest, fs.readFileSync(manifest, 'utf8').replace(`"version": "${version}"`, '"version": "1.9.0"'));
  const kernel = await Kernel.start({
    entry: path.join(copy, 'kernel-setup', 'kernel', 'main.cjs'),
    folder: copy,
    env: { NODE_PATH: path.join(projectRoot, 'node_modules') },
  });
  try {
    const first = await kernel.run('const lr = 1; lr + 1');
    assert.equal(first.status, 'ok');
    assert.match(first.stream('stdout'), /2/);
    assert.match(first.stream('stderr'), /version is 1\.9\.0, expected/);
    assert.match(kernel.processOutput, /version is 1\.9\.0, expected/);
    assert.equal(
      (await kernel.run('const o = { lr }')).status,
      'error',
      'plain tslab fails at a shorthand; has tslab mended it?',
    );
  } finally {
    await kernel.kill();
    fs.rmSync(copy, { recursive: true, force: true });
  }
});
