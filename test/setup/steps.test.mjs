import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { takeLock } from '../../kernel-setup/lib/lock.mjs';
import { runSteps } from '../../kernel-setup/lib/steps.mjs';
import { emptyProject } from './helpers.mjs';

const STEPS = {
  good: async () => ({ state: 'ok', text: 'there' }),
  absent: async () => ({ state: 'missing', text: 'no compiler', remedy: 'install one' }),
  last: async () => ({ state: 'ok', text: 'there' }),
};
const ALL = ['good', 'absent', 'last'];

test('a missing part that is only used is named with its remedy, and the rest goes on', async (t) => {
  const context = emptyProject(t);
  const { results, stoppedAt } = await runSteps(context, STEPS, { needs: ['good'], uses: ['absent', 'last'] });
  assert.equal(stoppedAt, undefined);
  assert.deepEqual(Object.keys(results), ALL);
  assert.match(context.out.text, /missing absent +no compiler\n +what to do: install one/);
});

test('a missing part that is needed stops there', async (t) => {
  const { results, stoppedAt } = await runSteps(emptyProject(t), STEPS, { needs: ALL, uses: [] });
  assert.equal(stoppedAt, 'absent');
  assert.deepEqual(Object.keys(results), ['good', 'absent']);
});

test('with CI=true a missing part is a failure even where it is only used', async (t) => {
  const context = emptyProject(t, { env: { CI: 'true' } });
  assert.equal((await runSteps(context, STEPS, { needs: ['good'], uses: ['absent', 'last'] })).stoppedAt, 'absent');
  assert.match(context.out.text, /FAILED +absent/);
});

test('steps that the command does not ask for are not run', async (t) => {
  const { results } = await runSteps(emptyProject(t), STEPS, { needs: ['good'], uses: [] });
  assert.deepEqual(Object.keys(results), ['good']);
});

test('a step that throws has failed, with what it threw', async (t) => {
  const context = emptyProject(t);
  const { stoppedAt } = await runSteps(
    context,
    {
      bad: async () => {
        throw new Error('disk full');
      },
    },
    { needs: ['bad'], uses: [] },
  );
  assert.equal(stoppedAt, 'bad');
  assert.match(context.out.text, /disk full/);
});

test('a second set-up waits for the first, and does not wait for one that was killed', async (t) => {
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
  mkdirSync(context.stamps, { recursive: true });
  writeFileSync(path.join(context.stamps, 'lock'), '999999999');
  (await takeLock(context, 2))();
});

test('waiting for another set-up is bounded and names it', async (t) => {
  const context = emptyProject(t);
  const release = await takeLock(context);
  await assert.rejects(takeLock(context, 0.5), new RegExp(`process ${process.pid}.*has not ended within 0.5 s`));
  release();
});
