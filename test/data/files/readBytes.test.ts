import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isFile, isFolder, readBytes } from '../../../src/data/files/readBytes';
import { runNode } from '../../child';
import { temporaryFolder } from '../fixtures';

test('a file is read whole, after a look at its beginning and size', (t) => {
  const file = join(temporaryFolder(t), 'file');
  writeFileSync(file, 'a text');
  const seen: unknown[] = [];
  assert.equal(String(readBytes(file, 3, (head, size) => seen.push(String(head), size))), 'a text');
  readBytes(file, 100, (head) => seen.push(String(head)));
  assert.deepEqual(seen, ['a t', 6, 'a text']);
  const refuse = () => {
    throw new Error('not this one');
  };
  assert.throws(() => readBytes(file, 3, refuse), /^Error: not this one$/);
});

test('folders, named pipes and devices are refused, not waited for', { skip: process.platform === 'win32' }, (t) => {
  const folder = temporaryFolder(t);
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  for (const path of [pipe, folder, '/dev/zero']) {
    const script = `require(${JSON.stringify(join(__dirname, '../../../src/data/files/readBytes'))}).readBytes(${JSON.stringify(path)})`;
    assert.match(runNode(['-e', script]).output, /is no regular file; give the path of a file/); // a child: waiting would block this process
  }
  assert.throws(() => readBytes(join(folder, 'absent')), /absent: cannot be read \(ENOENT\); check that the file exists/);
});

test('what is a file and what is a folder, links followed', (t) => {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, 'sub'));
  writeFileSync(join(folder, 'file'), '');
  symlinkSync(join(folder, 'sub'), join(folder, 'link'));
  symlinkSync(join(folder, 'nowhere'), join(folder, 'broken'));
  const kinds = ['sub', 'file', 'link', 'broken', 'absent', 'file/below'].map((name) => [
    isFile(join(folder, name)),
    isFolder(join(folder, name)),
  ]);
  assert.deepEqual(kinds, [
    [false, true],
    [true, false],
    [false, true],
    [false, false],
    [false, false],
    [false, false],
  ]);
});
