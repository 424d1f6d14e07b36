import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { Leases } from '../../../src/experiments/store/leases';
import { thisProcess } from '../../../src/experiments/store/owner';
import { Sessions } from '../../../src/experiments/store/sessions';

const LEASE = 0.2;
let folder: string;
let sessions: Sessions;
let leases: Leases;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'leases-'));
  sessions = new Sessions(join(folder, 'sessions'), LEASE);
  leases = new Leases(join(folder, 'leases'), sessions);
});
afterEach(() => rmSync(folder, { recursive: true }));

const expire = () => new Promise((resolve) => setTimeout(resolve, 1000 * LEASE + 50));
const files = (id: string) => readdirSync(join(folder, 'leases', id)).sort();
/** A session of a process of another machine. */
const foreign = (name: string, touched = Date.now() / 1000) => {
  mkdirSync(join(folder, 'sessions'), { recursive: true });
  writeFileSync(join(folder, 'sessions', name), JSON.stringify({ ...thisProcess(), machine: 'elsewhere', host: 'elsewhere' }));
  utimesSync(join(folder, 'sessions', name), touched, touched);
  return name;
};

test('a run has one lease; given back, another gets it', () => {
  const [one, two] = [sessions.begin(), sessions.begin()];
  assert.deepEqual([leases.take('a', one), leases.take('a', two), leases.take('b', two)], [true, false, true]);
  assert.ok(leases.take('a', one), 'its own lease is still its own');
  assert.equal(leases.holder('a'), one);
  leases.release('a', two);
  assert.equal(leases.holder('a'), one, 'only the holder gives it back');
  leases.release('a', one);
  assert.deepEqual([leases.take('a', two), leases.holder('a')], [true, two]);
});

test('a session that was taken off holds nothing any more, and leaves nothing behind', () => {
  const [one, two] = [sessions.begin(), sessions.begin()];
  leases.take('a', one);
  writeFileSync(sessions.temporary(one, 'a'), 'half');
  sessions.remove(one);
  assert.deepEqual(sessions.names(), [two]);
  assert.ok(leases.take('a', two));
  assert.deepEqual(files('a'), ['1', '2'], 'outnumbered, not replaced');
  leases.release('a', two);
  assert.deepEqual(leases.ids(), []);
});

test('a session of another machine is dead when it was not touched for a while, whatever the clocks say', async () => {
  const own = sessions.begin();
  const ahead = foreign('1-aa', Date.now() / 1000 + 9999);
  const behind = foreign('2-bb', 1);
  leases.take('a', ahead);
  leases.take('b', behind);
  assert.deepEqual([leases.take('a', own), leases.take('b', own)], [false, false], 'looked at for the first time');
  await expire();
  sessions.touch(ahead);
  assert.deepEqual([leases.take('a', own), leases.take('b', own)], [false, true]);
});

test('a lease that names nobody is of one who is just making it; after a while of one who was killed then', async () => {
  mkdirSync(join(folder, 'leases', 'a'), { recursive: true });
  writeFileSync(join(folder, 'leases', 'a', '1'), '');
  const own = sessions.begin();
  assert.ok(!leases.take('a', own));
  await expire();
  rmSync(join(folder, 'leases', 'a', '1'));
  writeFileSync(join(folder, 'leases', 'a', '1'), '');
  assert.ok(!leases.take('a', own), 'another one, made just now');
  await expire();
  assert.ok(leases.take('a', own));
});

/** Lets another process act at the moment after `take` has looked for the highest number. */
function afterTheLook(act: () => void): void {
  const racing = leases as unknown as { highest(id: string): number };
  const { highest } = racing;
  racing.highest = function (id) {
    const seen = highest.call(this, id);
    racing.highest = highest;
    act();
    return seen;
  };
}

test('who looked before another took a lease does not get it', () => {
  const [one, two] = [sessions.begin(), sessions.begin()];
  afterTheLook(() => assert.ok(leases.take('a', one)));
  assert.ok(!leases.take('a', two));
  assert.deepEqual([files('a'), leases.holder('a')], [['1'], one]);
});

test('who looked before the dead holder was outnumbered, or its place was taken anew, does not get it either', () => {
  const dead = sessions.begin();
  leases.take('a', dead);
  leases.take('b', dead);
  sessions.remove(dead);
  const [one, two] = [sessions.begin(), sessions.begin()];
  afterTheLook(() => assert.ok(leases.take('a', one)));
  assert.ok(!leases.take('a', two));
  assert.equal(leases.holder('a'), one);
  const racing = leases as unknown as { isAbandoned(...args: unknown[]): boolean };
  const { isAbandoned } = racing;
  racing.isAbandoned = function (...args) {
    racing.isAbandoned = isAbandoned;
    leases.take('b', one);
    leases.release('b', one);
    leases.take('b', one); // number 1 again, as the first time
    return isAbandoned.apply(this, args);
  };
  assert.ok(!leases.take('b', two));
  assert.equal(leases.holder('b'), one);
  assert.deepEqual(files('b'), ['1']);
});

test('a session whose file was taken off in error is made anew when it says that it lives', () => {
  const own = sessions.begin();
  sessions.remove(own);
  assert.ok(sessions.isDead(own));
  sessions.touch(own);
  assert.ok(!sessions.isDead(own));
  assert.match(sessions.inWords(own), new RegExp(`process ${process.pid} on .+`));
});
