import assert from 'node:assert/strict';
import { test } from 'node:test';
import { METHODS } from '../../src/methods';
import { findingsTable } from './finding';
import { soakKilled } from './kills';
import { parseOptions } from './options';
import { soakReader } from './readers';
import { READERS } from './readerCases';
import { judgeSteps, trainLong } from './steps';

// Short versions of what `npm run soak` does at length; test/kernel/interrupt.test.ts interrupts a training cell.

for (const { name } of METHODS) {
  test(`tensors and memory stay flat over hundreds of steps: ${name}`, async () => {
    const { ok, found } = judgeSteps(name, 'recorded', await trainLong(name, 'recorded', 300));
    assert.ok(ok, found);
  });
}

test('and op by op, of which the common tests of all methods count the tensors', async () => {
  const { ok, found } = judgeSteps('er', 'op-by-op', await trainLong('er', 'op-by-op', 50));
  assert.ok(ok, found);
});

test('a tensor more at each measurement, or memory that grows, is found', () => {
  const flat = { tensors: Array<number>(10).fill(14), memory: Array<number>(10).fill(4e8), steps: 1, seconds: 1 };
  assert.ok(judgeSteps('naive', 'recorded', flat).ok);
  assert.ok(!judgeSteps('naive', 'recorded', { ...flat, tensors: flat.tensors.map((n, i) => n + i) }).ok);
  assert.ok(!judgeSteps('naive', 'recorded', { ...flat, memory: flat.memory.map((n, i) => n + 2e6 * i) }).ok);
  assert.ok(!judgeSteps('naive', 'recorded', { ...flat, tensors: [] }).ok);
  const jump = flat.memory.map((n, i) => n + (i > 6 ? 16e6 : 0));
  assert.ok(judgeSteps('naive', 'recorded', { ...flat, memory: jump }).ok, 'what comes once is no leak');
});

for (const [name, make] of Object.entries(READERS)) {
  test(`damaged, it is refused in one line or read as what it is: ${name}`, async () => {
    const { ok, found } = await soakReader(name, make, 150, 2);
    assert.ok(ok, found);
    assert.match(found, /^[1-9]\d* refused/);
  });
}

test('a reader that fails in the words of JavaScript, or without any, is found', async () => {
  for (const error of [
    new TypeError('x: y'),
    new Error('two\nlines'),
    new Error('no subject'),
    new Error('a: [object Object]'),
  ]) {
    const read = () => {
      throw error;
    };
    const { ok } = await soakReader('something', () => ({ corrupt: () => '', read }), 1, 1);
    assert.ok(!ok, String(error));
  }
});

test('a benchmark that is killed twice and started again ends with the store of one left alone, and leaves nothing lying about', async () => {
  const { ok, did, found } = await soakKilled(['--quick', '--limit', '200', '--study', 'class-incremental', '--method', 'naive', 'er', '--seeds', '1,2,3,4,5,6,7,8,9,10,11,12'], 2, 4, 2.5); // prettier-ignore
  assert.ok(ok, `${did}: ${found}`);
});

test('the command line says what is run, and refuses what cannot be meant', () => {
  const { only, steps, corruptions, interrupts, kills } = parseOptions([]);
  assert.deepEqual([only.length, steps, corruptions, interrupts, kills], [4, 20_000, 10_000, 100, 30]);
  assert.deepEqual(parseOptions(['--only', 'kills', '--kills', '3']).only, ['kills']);
  for (const wrong of [['--kills', '0'], ['--steps', '1e3'], ['--only', 'nothing'], ['--seed']]) {
    let said = '';
    assert.throws(() => parseOptions(wrong, (text) => (said += text)));
    assert.match(said, /^error: .*\n/);
  }
});

test('the table tells at a glance what is not as it has to be', () => {
  const table = findingsTable([
    { what: 'a', did: 'b', found: 'c', ok: true },
    { what: 'd', did: 'e', found: 'f', ok: false },
  ]);
  assert.match(table, /^ok +a +b +c$/m);
  assert.match(table, /^NOT OK +d +e +f$/m);
});
