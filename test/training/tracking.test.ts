import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { initBackend } from '../../src/backend';
import { NaiveTrainer } from '../../src/methods';
import { CLMetricsTracker } from '../../src/metrics';
import { splitScenario } from '../../src/scenarios';
import { standingOf, trackerFor } from '../../src/training/tracking';
import { easyDataset, smallModel } from '../methods/fixtures';

before(async () => {
  await initBackend();
});

const [two, three] = [['a', 'b'], ['a', 'b', 'c']]; // prettier-ignore

test('a tracker is kept for the same stream, grows with it, and is refused for another', () => {
  const tracker = trackerFor(undefined, two, 'f00');
  tracker.record(0, 0, 0.5);
  tracker.record(1, 0, 0.25);
  assert.equal(trackerFor(tracker, two, 'f00'), tracker);
  assert.equal(trackerFor(tracker, two, undefined), tracker, 'loaders of one’s own have no fingerprint');
  const grown = trackerFor(tracker, three, 'ba5');
  assert.deepEqual(grown.matrix, [[0.5, null, null], [0.25, null, null], [null, null, null]]); // prettier-ignore
  assert.deepEqual([grown.taskNames, grown.fingerprint], [three, 'ba5']);
  assert.throws(
    () => trackerFor(tracker, two, 'ba5'),
    /runSequence: the accuracy matrix so far is of the stream f00, these loaders are of ba5; give one trainer one stream, or begin/,
  );
});

test('a further task joins a stream that was learnt: the matrix gets its row and column, nothing is measured anew', async () => {
  const dataset = easyDataset();
  const stream = (nTasks: number) =>
    splitScenario(dataset, { scenario: 'class-incremental', nTasks, classesPerTask: 2, seed: 7 });
  const make = () => new NaiveTrainer(smallModel('SingleHeadMLP'), { epochs: 2, lr: 0.05, seed: 1 });
  const [grown, atOnce] = [make(), make()];
  const before = (await grown.runSequence(stream(2), { execution: 'op-by-op' })).matrix;
  const { matrix, fingerprint } = await grown.runSequence(stream(3), { execution: 'op-by-op' });
  assert.deepEqual(
    matrix.slice(0, 2).map((row) => row.slice(0, 2)),
    before,
  );
  assert.deepEqual(matrix, (await atOnce.runSequence(stream(3), { execution: 'op-by-op' })).matrix);
  assert.equal(fingerprint, stream(3).fingerprint);
});

test('other limits make another stream: its accuracies do not go into the same matrix', async () => {
  const stream = (options: object) =>
    splitScenario(easyDataset(), { scenario: 'class-incremental', nTasks: 3, seed: 7, ...options });
  const trainer = new NaiveTrainer(smallModel('SingleHeadMLP'), { epochs: 1, seed: 1 });
  await trainer.runSequence(stream({}));
  await assert.rejects(trainer.runSequence(stream({ testLimitPerTask: 10 })), /the accuracy matrix so far is of the stream/);
});

test('the standing is the mean over the tasks before, as far as measured', () => {
  const tracker = new CLMetricsTracker(3);
  assert.equal(standingOf(tracker, { id: 0 } as never).accuracy, undefined);
  tracker.record(0, 1, 0.5);
  tracker.record(1, 1, 1);
  tracker.record(2, 1, 0); // before its first step: not one of the tasks learnt
  assert.equal(standingOf(tracker, { id: 2 } as never).accuracy, 0.75);
});
