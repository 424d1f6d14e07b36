import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { writeWhole } from '../../src/utils/writeWhole';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'write-whole-'));
test.after(() => fs.rmSync(folder, { recursive: true, force: true }));
const at = (name: string) => path.join(folder, name);
const none = process.platform === 'win32';

test('a file is written, and written again, with nothing left beside it', () => {
  writeWhole(at('a'), 'one');
  writeWhole(at('a'), Buffer.from('two'));
  assert.equal(fs.readFileSync(at('a'), 'utf8'), 'two');
  assert.deepEqual(fs.readdirSync(folder), ['a']);
});

test('where there is no room for all of it, it throws and the old file stays', { skip: none }, () => {
  fs.writeFileSync(at('full'), 'old');
  const code = `require(${JSON.stringify(require.resolve('../../src/utils/writeWhole'))}).writeWhole(${JSON.stringify(at('full'))}, 'x'.repeat(1e6))`;
  const { status, stderr } = spawnSync('sh', ['-c', 'ulimit -f 100; exec "$0" -e "$1"', process.execPath, code], {
    encoding: 'utf8',
  });
  assert.equal(status, 1, stderr);
  assert.match(stderr, /EFBIG/);
  assert.equal(fs.readFileSync(at('full'), 'utf8'), 'old');
  assert.deepEqual(
    fs.readdirSync(folder).filter((name) => name.startsWith('.')),
    [],
  );
});

test('a folder or device of that name is not replaced', { skip: none }, () => {
  fs.mkdirSync(at('folder'));
  assert.throws(() => writeWhole(at('folder'), 'x'), /is a folder/);
  assert.throws(() => writeWhole('/dev/null', 'x'), /is no regular file/);
  assert.ok(fs.statSync('/dev/null').isCharacterDevice());
});

test('a link keeps pointing to its file, and the file keeps its rights', { skip: none }, () => {
  fs.writeFileSync(at('target'), 'old', { mode: 0o640 });
  fs.symlinkSync(at('target'), at('link'));
  writeWhole(at('link'), 'new');
  assert.ok(fs.lstatSync(at('link')).isSymbolicLink());
  assert.equal(fs.readFileSync(at('target'), 'utf8'), 'new');
  assert.equal(fs.statSync(at('target')).mode & 0o777, 0o640);
});

test('a file without the right to write is not replaced', { skip: none || process.getuid?.() === 0 }, () => {
  fs.writeFileSync(at('locked'), 'old', { mode: 0o444 });
  assert.throws(() => writeWhole(at('locked'), 'new'), /EACCES/);
  assert.equal(fs.readFileSync(at('locked'), 'utf8'), 'old');
});
