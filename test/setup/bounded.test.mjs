import assert from 'node:assert/strict';
import net from 'node:net';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { runBounded } from '../../kernel-setup/lib/bounded.mjs';
import { probe } from '../../kernel-setup/native/own-script.mjs';
import { SYSTEM, emptyProject } from './helpers.mjs';

const seconds = async (work) => {
  const start = Date.now();
  const result = await work();
  return [result, (Date.now() - start) / 1000];
};

test('a command that hangs is ended within its limit, with the reason', async (t) => {
  const context = emptyProject(t, { env: SYSTEM });
  const [result, time] = await seconds(() =>
    runBounded(context, '/bin/sh', ['-c', 'echo begun; sleep 60'], { label: 'hanging', limit: 0.5 }),
  );
  assert.equal(result.ok, false);
  assert.equal(result.reason, 'still not done after 0.5 s');
  assert.equal(result.output, 'begun\n');
  assert.ok(time < 4, `took ${time} s`);
});

test('a command without a sign of life is ended, and one whose figure grows is not', async (t) => {
  const context = emptyProject(t, { env: SYSTEM });
  const silent = await runBounded(context, '/bin/sh', ['-c', 'sleep 60'], { label: 'silent', silence: 0.4 });
  assert.equal(silent.reason, 'no sign of life for 0.4 s');
  let figure = 0;
  const busy = await runBounded(context, '/bin/sh', ['-c', 'sleep 1.2'], {
    label: 'busy',
    silence: 0.4,
    activity: () => (figure += 1),
  });
  assert.equal(busy.ok, true, busy.reason);
});

test('output that is no sign of life does not keep a command going', async (t) => {
  const context = emptyProject(t, { env: SYSTEM });
  const args = ['-c', 'for i in 1 2 3 4 5 6 7 8 9 10; do echo failed attempt; sleep 0.3; done'];
  const result = await runBounded(context, '/bin/sh', args, {
    label: 'retrying',
    silence: 0.7,
    isSign: (line) => line.startsWith('arrived'),
  });
  assert.equal(result.reason, 'no sign of life for 0.7 s');
});

test('what a command has started ends with it', async (t) => {
  const context = emptyProject(t, { env: SYSTEM });
  const file = path.join(context.root, 'still-alive');
  await runBounded(context, '/bin/sh', ['-c', `(sleep 1; touch ${file}) & wait`], { label: 'with a child', limit: 0.4 });
  await new Promise((resolve) => setTimeout(resolve, 1200));
  assert.equal(existsSync(file), false);
});

test('a program that is not there and one that fails give a reason, not an exception', async (t) => {
  const context = emptyProject(t, { env: SYSTEM });
  assert.match((await runBounded(context, 'no-such-program', [], { label: 'x' })).reason, /no-such-program was not found/);
  assert.equal((await runBounded(context, '/bin/sh', ['-c', 'exit 3'], { label: 'x' })).reason, 'ended with code 3');
});

test('without a terminal, what lasts is announced in one plain line that says what it waits for', async (t) => {
  const context = emptyProject(t, { env: SYSTEM });
  await runBounded(context, '/bin/sh', ['-c', 'sleep 1.5'], { label: 'waiting for the registry' });
  assert.equal(context.out.text, '  waiting for the registry …\n');
});

test('a host that never answers is given up within the limit', async (t) => {
  const server = net.createServer(() => {});
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const [reason, time] = await seconds(() => probe(`https://127.0.0.1:${server.address().port}/`, 500));
  assert.equal(reason, 'did not answer within 0.5 s');
  assert.ok(time < 2, `took ${time} s`);
});
