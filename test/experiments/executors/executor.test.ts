import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import type { Outcome } from '../../../src/experiments';
import { guarded, inPlanOrder, uniqueRuns } from '../../../src/experiments/executors/executor';
import { planned, result } from '../fixtures';

test('what a listener throws becomes a warning with run and event, and goes no further', async () => {
  const warned = once(process, 'warning');
  const { started, finished } = guarded({
    started() {
      throw new Error('my own mistake');
    },
  });
  started('abc');
  finished('abc', result());
  const [warning] = (await warned) as [Error];
  assert.match(warning.message, /listener of run abc, started: Error: my own mistake/);
});

test('a run that stands in a plan twice is executed once and told under both names', () => {
  const [one, two, other] = [planned(), planned({}, { label: 'again', study: 'b' }), planned({ seed: 2 })];
  assert.deepEqual(
    uniqueRuns([one, two, other]).map(({ id }) => id),
    [one.id, other.id],
  );
  const outcomes = new Map<string, Outcome>([[one.id, { id: one.id, status: 'finished', result: result({}, one) }]]);
  const [first, second, third] = inPlanOrder([one, two, other], outcomes);
  assert.ok(first.status === 'finished' && second.status === 'finished');
  assert.deepEqual([first.result.label, first.result.study], ['Naive', 'task-incremental']);
  assert.deepEqual([second.result.label, second.result.study], ['again', 'b']);
  assert.deepEqual(third, { id: other.id, status: 'stopped' });
});
