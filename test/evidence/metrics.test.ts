import assert from 'node:assert/strict';
import { test } from 'node:test';
import { REPRODUCED_METRICS, rowName } from '../../src/evidence/metrics';
import { result } from '../experiments/fixtures';

test('each metric is that of the run, and null where the run does not have it', () => {
  const plain = result();
  const read = (run = plain) => Object.fromEntries(Object.entries(REPRODUCED_METRICS).map(([name, { of }]) => [name, of(run)]));
  assert.deepEqual(read(), { acc: 0.65, bwt: -0.4, forgetting: 0.4, minAcc: null, wcAcc: null, wf10: null });
  // Task 0 falls from 1 to 0.2 while task 1 is learnt and comes back to 0.6; task 1 ends at 0.8.
  const insideTasks = [
    { task: 0, step: 1, accuracies: [1, null] },
    { task: 1, step: 1, accuracies: [0.2, 0.5] },
    { task: 1, step: 2, accuracies: [0.6, 0.8] },
  ];
  const { minAcc, wcAcc, wf10 } = read(result({ insideTasks }));
  assert.equal(minAcc, 0.2);
  assert.ok(Math.abs(wcAcc! - (0.8 / 2 + 0.2 / 2)) < 1e-12);
  assert.ok(Math.abs(wf10! - (0.8 + 0) / 2) < 1e-12);
});

test('the name of a line has the metric where it is not the average accuracy', () => {
  assert.deepEqual([rowName({ label: 'GEM' }), rowName({ label: 'GEM', metric: 'acc' })], ['GEM', 'GEM']);
  assert.deepEqual(
    [rowName({ label: 'GEM', metric: 'bwt' }), rowName({ label: 'ER', metric: 'minAcc' })],
    ['GEM: BWT', 'ER: min-ACC'],
  );
});
