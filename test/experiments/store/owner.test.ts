import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { hasEnded, ownerFrom, thisProcess } from '../../../src/experiments/store/owner';

const onLinux = { skip: process.platform !== 'linux' && 'other systems do not tell a process from a later one with its number' };

test('this process has not ended, and is the same after it was saved', onLinux, () => {
  const own = thisProcess();
  assert.equal(hasEnded(own), false);
  assert.deepEqual(ownerFrom(JSON.stringify(own)), own);
});

test('a process that was killed has ended, also before anybody asked how', onLinux, async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => 0, 1000)'], { stdio: 'ignore' });
  const owner = { ...thisProcess(), pid: child.pid! };
  const replaced = hasEnded(owner);
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.equal(replaced, true, 'a process that began at another time is another one');
  assert.equal(hasEnded({ ...owner, start: '' }), true);
});

test('of another machine, boot or container nothing is said', () => {
  assert.equal(hasEnded({ ...thisProcess(), machine: 'elsewhere' }), undefined);
  assert.equal(hasEnded({ ...thisProcess(), pid: 2 ** 22 - 1, machine: 'elsewhere' }), undefined);
});

test('where the system does not tell when a process began, a living one is not taken for the owner', onLinux, () => {
  assert.equal(hasEnded({ ...thisProcess(), start: '' }), undefined);
});

test('what is no owner is none', () => {
  for (const text of ['', '{', '[]', 'null', '{"pid":"1"}', '{"pid":1,"host":"a","machine":"b"}']) {
    assert.equal(ownerFrom(text), undefined, text);
  }
});
