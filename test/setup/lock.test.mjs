import assert from 'node:assert/strict';
import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { takeLock } from '../../kernel-setup/lib/lock.mjs';
import { emptyProject } from './helpers.mjs';

const rounds = 16;
const leave = (context, number, text) => {
  mkdirSync(context.stamps, { recursive: true });
  const file = path.join(context.stamps, `lock.${number}`);
  writeFileSync(file, text);
  return file;
};

// The other side of the test of two starts: takes the lock at the given moment and says when it had it.
const now = () => performance.timeOrigin + performance.now();
async function takeAndSay(stamps, at) {
  while (now() < at);
  const release = await takeLock({ stamps, relative: String, out: { write() {} } });
  const begin = now();
  await new Promise((resolve) => setTimeout(resolve, 5));
  const end = now();
  release();
  process.send([begin, end]);
}

if (process.send) {
  process.on('message', ([stamps, at]) => void takeAndSay(stamps, at));
} else {
  test('a second set-up waits for the first', async (t) => {
    const context = emptyProject(t);
    const release = await takeLock(context);
    let second = false;
    const waiting = takeLock(context).then((giveBack) => {
      second = true;
      return giveBack;
    });
    await new Promise((resolve) => setTimeout(resolve, 400));
    assert.equal(second, false);
    release();
    (await waiting)();
  });

  test('a set-up does not wait for one that was killed, nor for a process that has got its id since', async (t) => {
    const context = emptyProject(t);
    leave(context, 7, '999999999 1');
    (await takeLock(context, 2))();
    leave(context, 20, `${process.pid} 1`); // this process did not begin when the machine did
    if (process.platform === 'linux') (await takeLock(context, 2))();
  });

  test('a ticket that is just being written counts, one that was never finished does not', async (t) => {
    const context = emptyProject(t);
    const file = leave(context, 1, '');
    await assert.rejects(takeLock(context, 0.3), /has not ended within 0.3 s/);
    const before = new Date(Date.now() - 60_000);
    utimesSync(file, before, before);
    (await takeLock(context, 2))();
  });

  test('waiting for another set-up is bounded and names it and its file', async (t) => {
    const context = emptyProject(t);
    const release = await takeLock(context);
    const message = new RegExp(`process ${process.pid}.*has not ended within 0.5 s; end it, or delete .cache.setup.lock.1`);
    await assert.rejects(takeLock(context, 0.5), message);
    release();
  });

  test('one file is left, however often the lock was taken', async (t) => {
    const context = emptyProject(t);
    for (let i = 0; i < 5; i++) (await takeLock(context))();
    assert.deepEqual(readdirSync(context.stamps), ['lock.5']);
  });

  test(`of three starts at once beside a lock whose owner was killed, only one has it at a time (${rounds} rounds)`, async (t) => {
    const context = emptyProject(t);
    const starts = [0, 1, 2].map(() => fork(fileURLToPath(import.meta.url)));
    t.after(() => starts.forEach((start) => start.kill()));
    await new Promise((resolve) => setTimeout(resolve, 1000));
    for (let i = 0; i < rounds; i++) {
      leave(context, 100 * (i + 1), '999999999 1');
      const at = Date.now() + 5;
      const spans = await Promise.all(
        starts.map(async (start) => {
          start.send([context.stamps, at]);
          return (await once(start, 'message'))[0];
        }),
      );
      spans.sort(([a], [b]) => a - b);
      for (let j = 1; j < spans.length; j++) assert.ok(spans[j - 1][1] <= spans[j][0], `round ${i}: ${JSON.stringify(spans)}`);
    }
  });

  test('a lock that cannot be written is an error, and leaves no ticket behind', { skip: process.platform === 'win32' }, (t) => {
    const context = emptyProject(t);
    mkdirSync(context.stamps, { recursive: true });
    const code = `const { takeLock } = await import(process.argv[1]);
await takeLock({ stamps: process.argv[2], relative: String, out: process.stderr }).catch((error) => console.log(error.code));`;
    const lock = fileURLToPath(new URL('../../kernel-setup/lib/lock.mjs', import.meta.url));
    const command = 'ulimit -f 0; exec "$0" --input-type=module -e "$1" "$2" "$3"';
    const { stdout } = spawnSync('sh', ['-c', command, process.execPath, code, lock, context.stamps], { encoding: 'utf8' });
    assert.equal(stdout, 'EFBIG\n');
    assert.deepEqual(readdirSync(context.stamps), []);
  });
}
