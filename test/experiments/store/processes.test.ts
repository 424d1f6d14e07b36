import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { openStore } from '../../../src/experiments';

let folder: string;
let log: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'store-'));
  log = join(folder, 'log');
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

interface Worker {
  child: ChildProcess;
  ended: Promise<string>;
}

/** Starts a process that executes `count` runs of `seconds` on the store. */
function work(count: number, seconds: number): Worker {
  const args = [join(__dirname, 'storeWorker.js'), join(folder, 'runs'), log, String(count), String(seconds), '60'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  let text = '';
  child.stdout!.on('data', (data) => (text += data));
  return { child, ended: once(child, 'close').then(() => text) };
}

const events = () =>
  (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []).map(
    (line) => JSON.parse(line) as { what: string; id: string; pid: number },
  );
const until = async (condition: () => boolean) => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
};

test('processes on one store share its runs: each is executed once, by one of them, and all get all results', async () => {
  const outputs = await Promise.all([1, 2, 3].map(() => work(30, 0.02).ended));
  for (const output of outputs) assert.match(output, /^done 30$/m);
  const begun = events().filter(({ what }) => what === 'begin');
  assert.equal(begun.length, 30);
  assert.equal(new Set(begun.map(({ id }) => id)).size, 30);
  assert.ok(new Set(begun.map(({ pid }) => pid)).size > 1, 'one process did everything');
  assert.equal(openStore(join(folder, 'runs')).ids().length, 30);
  assert.deepEqual(
    ['sessions', 'leases'].map((name) => readdirSync(join(folder, 'runs', name))),
    [[], []],
  );
});

test('the run of a process that is killed is taken over by another at once, not while it lives', async () => {
  const first = work(1, 60);
  await until(() => events().length === 1);
  const second = work(1, 0.01);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  assert.equal(events().length, 1, 'begun twice at once');
  const killed = performance.now();
  first.child.kill('SIGKILL');
  assert.match(await second.ended, /1 run is executed by process \d+ on .*: waiting for the results[^]*done 1/);
  assert.ok(performance.now() - killed < 5000, 'it waited for the lease to expire');
  assert.deepEqual(
    events().map(({ what, pid }) => [what, pid]),
    [
      ['begin', first.child.pid],
      ['begin', second.child.pid],
      ['end', second.child.pid],
    ],
  );
});

test('killed again and again, the store ends as one left alone: nothing is lost, nothing is left lying about', async () => {
  let finished = 0;
  for (let kill = 0; kill < 5; kill++) {
    const { child } = work(12, 0.05);
    await until(() => events().filter(({ what }) => what === 'end').length >= 2 * (kill + 1));
    child.kill('SIGKILL');
    await once(child, 'close');
    const now = openStore(join(folder, 'runs')).ids().length;
    assert.ok(now >= finished, 'a finished run was lost');
    finished = now;
  }
  assert.match(await work(12, 0.01).ended, /^done 12$/m);
  const begun = events().filter(({ what }) => what === 'begin').length;
  assert.ok(begun <= 12 + 5, `${begun} runs for 12 and 5 kills`);
  const store = openStore(join(folder, 'runs'));
  assert.equal([...store.runs()].length, 12);
  assert.deepEqual(readdirSync(store.folder).sort(), [...store.ids().map((id) => `${id}.json`), 'leases', 'sessions'].sort());
  assert.deepEqual(
    ['sessions', 'leases'].map((name) => readdirSync(join(store.folder, name))),
    [[], []],
  );
});

test('a lease is never held twice, however often its holders die and whoever takes it over', async () => {
  const args = [join(__dirname, 'leaseWorker.js'), folder, '2500'];
  const counts = await Promise.all(
    [1, 2, 3, 4].map(async () => {
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      children.push(child);
      let text = '';
      child.stdout.on('data', (data) => (text += data));
      await once(child, 'close');
      return JSON.parse(text) as { taken: number; twice: number };
    }),
  );
  for (const { taken, twice } of counts) assert.ok(taken > 20 && twice === 0, JSON.stringify(counts));
});
