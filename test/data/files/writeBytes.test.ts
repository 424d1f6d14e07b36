import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, lstatSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeBytes } from '../../../src/data/files/writeBytes';
import { temporaryFolder } from '../fixtures';

const unix = { skip: process.platform === 'win32' };

test('a file is replaced as a whole, keeps its rights, and a link stays a link', unix, (t) => {
  const folder = temporaryFolder(t);
  const [file, link] = [join(folder, 'file'), join(folder, 'link')];
  writeFileSync(file, 'old');
  chmodSync(file, 0o640);
  symlinkSync(file, link);
  writeBytes(link, Buffer.from('new'));
  assert.equal(readFileSync(file, 'utf8'), 'new');
  assert.equal(statSync(file).mode & 0o777, 0o640);
  assert.ok(lstatSync(link).isSymbolicLink());
  assert.deepEqual(readdirSync(folder), ['file', 'link']);
});

test('on a full disk there is an error, and the old file stays', unix, (t) => {
  const folder = temporaryFolder(t);
  const file = join(folder, 'file');
  writeFileSync(file, 'old');
  const code = `require(${JSON.stringify(join(__dirname, '../../../src/data/files/writeBytes'))}).writeBytes(${JSON.stringify(file)}, Buffer.alloc(60000))`;
  // A limit on the size of files stands for the full disk: both write the part that fits.
  const { status, stderr } = spawnSync('sh', ['-c', 'ulimit -f 16; exec "$0" -e "$1"', process.execPath, code], {
    encoding: 'utf8',
  });
  assert.notEqual(status, 0);
  assert.match(stderr, /file: cannot be written \(EFBIG\); make space, or write it elsewhere/);
  assert.equal(readFileSync(file, 'utf8'), 'old');
  assert.deepEqual(readdirSync(folder), ['file']);
});

test('what is no regular file, or protected, or has no folder, is left alone', unix, (t) => {
  const folder = temporaryFolder(t);
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  assert.throws(() => writeBytes(pipe, Buffer.of(1)), /pipe: is no regular file; give the path of a file/);
  assert.ok(statSync(pipe).isFIFO());
  assert.throws(() => writeBytes(folder, Buffer.of(1)), /is no regular file/);
  assert.throws(
    () => writeBytes(join(folder, 'absent', 'file'), Buffer.of(1)),
    /cannot be written \(ENOENT\); make its folder first/,
  );
  if (process.getuid?.() === 0) return; // root may write everything
  const kept = join(folder, 'kept');
  writeFileSync(kept, 'old');
  chmodSync(kept, 0o444);
  assert.throws(() => writeBytes(kept, Buffer.of(1)), /cannot be written \(EACCES\); check the path and its rights/);
});
