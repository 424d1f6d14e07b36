import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runSteps, takeStep } from '../../kernel-setup/lib/steps.mjs';
import { emptyProject } from './helpers.mjs';

/** A step that looks as given, and makes as given. */
const step = (seen, made) => ({ look: async () => seen, make: async () => made });
const OK = { state: 'ok', text: 'there' };
const STEPS = {
  good: step(OK),
  absent: step({ state: 'missing', text: 'not there' }, { state: 'missing', text: 'no compiler', remedy: 'install one' }),
  last: step({ state: 'missing', text: 'not there' }, OK),
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

test('a step that throws has failed, with what it threw and what to do about that', async (t) => {
  const context = emptyProject(t);
  const full = Object.assign(new Error('write failed'), { code: 'ENOSPC' });
  const bad = { look: async () => ({ state: 'missing', text: '' }), make: () => Promise.reject(full) };
  const { stoppedAt } = await runSteps(context, { bad }, { needs: ['bad'], uses: [] });
  assert.equal(stoppedAt, 'bad');
  assert.match(context.out.text, /write failed\n +what to do: free some space.* [\d.]+ GB are free/);
});

test('looking makes nothing, stops nowhere and tells the state of every part', async (t) => {
  const context = { ...emptyProject(t), look: true };
  const never = { look: STEPS.absent.look, make: () => assert.fail('something was made') };
  const { results, stoppedAt } = await runSteps(context, { never, good: STEPS.good }, { needs: ['never'], uses: ['good'] });
  assert.equal(stoppedAt, undefined);
  assert.deepEqual(Object.keys(results), ['never', 'good']);
  assert.match(context.out.text, /missing never +not there\nok +good/);
});

test('what is there is not made anew', async (t) => {
  const there = { look: async () => OK, make: () => assert.fail('it was made') };
  assert.deepEqual(await takeStep(emptyProject(t), there), OK);
});
