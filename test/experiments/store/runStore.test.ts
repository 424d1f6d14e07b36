import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { inspect } from 'node:util';
import { openStore } from '../../../src/experiments';
import type { FinalRun, RunStore } from '../../../src/experiments';
import { failedRun } from '../../../src/experiments/failedRun';
import { planned, result } from '../fixtures';

let folder: string;
let store: RunStore;
let warned: string[];
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'store-')), 'runs');
  warned = [];
  store = openStore(folder, { warn: (message) => void warned.push(message) });
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true }));

const [run, other] = [planned(), planned({ seed: 2 })];
function save(...runs: FinalRun[]): void {
  const session = store.enter();
  runs.forEach((one) => session.save(one));
  session.end();
}

test('opening makes nothing; a run that was saved is there, by its id, for every process', () => {
  assert.ok(!existsSync(folder));
  assert.deepEqual([store.ids(), store.get(run.id), [...store.runs()]], [[], undefined, []]);
  save(result({}, run), failedRun(other, 'why'));
  const again = openStore(folder);
  assert.deepEqual(again.ids(), [run.id, other.id].sort());
  assert.deepEqual(again.get(run.id), result({}, run));
  assert.deepEqual([again.finished(other.id), (again.get(other.id) as { failed: string }).failed], [undefined, 'why']);
  assert.equal([...again.runs()].length, 2);
  assert.deepEqual(readdirSync(folder).sort(), [`${run.id}.json`, `${other.id}.failed.json`, 'leases', 'sessions'].sort());
  assert.match(inspect(again), /^RunStore \(.*runs: 2 runs\)$/);
});

test('a result takes the place of a failure, a failure not that of a result', () => {
  save(failedRun(run, 'why'), result({}, run));
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.endsWith('.json')),
    [`${run.id}.json`],
  );
  save(failedRun(run, 'again'));
  assert.deepEqual(store.get(run.id), result({}, run));
});

test('a damaged file, and one under a wrong name, is told, set aside, and counts as not made', () => {
  save(result({}, run), result({}, other));
  const path = join(folder, `${run.id}.json`);
  writeFileSync(path, readFileSync(path, 'utf8').slice(0, 300));
  assert.equal(store.finished(run.id), undefined);
  assert.match(
    warned[0],
    new RegExp(`${run.id}\\.json: it is not whole; it was moved to damaged.${run.id}\\.json-\\w+, and its run`),
  );
  assert.deepEqual(store.ids(), [other.id]);
  assert.equal(readdirSync(join(folder, 'damaged')).length, 1);
  symlinkSync(join(folder, `${other.id}.json`), path);
  assert.equal(store.finished(run.id), undefined);
  assert.match(warned[1], new RegExp(`it holds run ${other.id}`));
  assert.deepEqual(store.finished(other.id), result({}, other));
});

test('a file of a later version is left where it is', () => {
  save(result({}, run));
  const path = join(folder, `${run.id}.json`);
  writeFileSync(path, readFileSync(path, 'utf8').replace('"formatVersion":1', '"formatVersion":7'));
  assert.throws(() => store.get(run.id), /has version 7, this library reads up to 1/);
  assert.deepEqual([existsSync(path), warned], [true, []]);
});

test('what a process that was killed had half written and claimed is taken off by the next one', () => {
  const gone = '4194303-abc';
  const before = store.enter();
  const [own] = readdirSync(join(folder, 'sessions'));
  const owner = JSON.parse(readFileSync(join(folder, 'sessions', own), 'utf8')) as object;
  before.end();
  writeFileSync(join(folder, 'sessions', gone), JSON.stringify({ ...owner, pid: 4194303 }));
  writeFileSync(join(folder, 'sessions', `${gone}.${other.id}.tmp`), '{"format":"cont');
  mkdirSync(join(folder, 'leases', other.id));
  writeFileSync(join(folder, 'leases', other.id, '1'), gone);
  const session = store.enter();
  assert.equal(readdirSync(join(folder, 'sessions')).length, 1);
  assert.deepEqual(readdirSync(join(folder, 'leases')), []);
  session.end();
  assert.deepEqual(readdirSync(join(folder, 'sessions')), []);
});

test('a session that ends gives its runs back', () => {
  const [one, two] = [store.enter(), store.enter()];
  assert.deepEqual([one.claim(run.id), two.claim(run.id)], [true, false]);
  assert.match(two.holder(run.id)!, new RegExp(`^process ${process.pid} on `));
  one.end();
  assert.deepEqual([two.holder(run.id), two.claim(run.id)], [undefined, true]);
  two.release(run.id);
  two.release(run.id);
  two.end();
});

test('a folder of other things, a file and wrong options are refused', () => {
  mkdirSync(folder);
  openStore(folder);
  writeFileSync(join(folder, 'thesis.tex'), '');
  assert.throws(() => openStore(folder), /runs: it holds other things \(thesis\.tex\); name an empty folder/);
  assert.throws(() => openStore(join(folder, 'thesis.tex')), /it is a file; name a folder/);
  assert.throws(() => openStore(''), /folder is empty/);
  assert.throws(() => openStore(folder, { leaseSecond: 3 } as object), /unknown option 'leaseSecond'/);
  assert.throws(() => openStore(folder, { leaseSeconds: 0 }), /leaseSeconds must be a number of at least 0\.1/);
  assert.throws(() => openStore(folder, { warn: 'loud' as never }), /warn must be a function/);
});

test('a store that was copied without its empty folders is one', () => {
  save(result({}, run));
  for (const name of ['sessions', 'leases']) rmSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, 'notes.txt'), '');
  assert.deepEqual(openStore(folder).ids(), [run.id]);
});

test('without a name it lies beside the caches of the project', () => {
  assert.match(openStore().folder, /[\\/]\.cache[\\/]runs$/);
});
