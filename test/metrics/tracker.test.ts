import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { CLMetricsTracker } from '../../src/metrics/tracker';

test('n tasks: the tracker and its metrics know the number of tasks', () => {
  const tracker = new CLMetricsTracker(5);
  assert.equal(tracker.nTasks, 5);
  assert.equal(tracker.matrix.length, 5);
  assert.equal(tracker.compute().nTasks, 5);
});

test('a recorded accuracy lands in row task, column afterTask, and 0 is a value', () => {
  const tracker = new CLMetricsTracker(2);
  tracker.record(0, 1, 0);
  assert.deepEqual(tracker.matrix, [
    [null, 0],
    [null, null],
  ]);
});

test('record out of range: unknown tasks are refused and the matrix stays as it was', () => {
  const tracker = new CLMetricsTracker(3);
  assert.throws(() => tracker.record(3, 0, 0.5), /task 3 does not exist; tasks are numbered 0 to 2/);
  assert.throws(() => tracker.record(-1, 0, 0.5), /task -1 does not exist/);
  assert.throws(() => tracker.record(0, 3, 0.5), /afterTask 3 does not exist/);
  assert.throws(() => tracker.record(0, 0.5, 0.5), /afterTask 0\.5 does not exist/);
  assert.ok(tracker.matrix.flat().every((cell) => cell === null));
});

test('record out of range: NaN, percentages and negative accuracies are refused', () => {
  const tracker = new CLMetricsTracker(1);
  for (const accuracy of [Number.NaN, 93, -0.01, Infinity, undefined as unknown as number]) {
    assert.throws(() => tracker.record(0, 0, accuracy), /use|pass a share between 0 and 1/);
  }
  assert.equal(tracker.matrix[0][0], null);
});

test('the number of tasks is a whole number of at least 1, with one name each', () => {
  assert.throws(() => new CLMetricsTracker(0), /nTasks must be a whole number of at least 1, got 0/);
  assert.throws(() => new CLMetricsTracker(2, ['one']), /1 task names for 2 tasks/);
});

test('the matrix handed out is a copy', () => {
  const tracker = new CLMetricsTracker(1);
  tracker.matrix[0][0] = 1;
  assert.equal(tracker.matrix[0][0], null);
});

test('metrics are a snapshot: recording later does not change them', () => {
  const tracker = new CLMetricsTracker(1);
  tracker.record(0, 0, 0.5);
  const metrics = tracker.compute();
  tracker.record(0, 0, 0.7);
  assert.equal(metrics.acc, 0.5);
  assert.equal(tracker.compute().acc, 0.7);
});

test('JSON holds number, names and matrix, and inspect one line', () => {
  const tracker = new CLMetricsTracker(2, ['a', 'b']);
  tracker.record(0, 0, 0.5);
  const plain = {
    nTasks: 2,
    taskNames: ['a', 'b'],
    matrix: [
      [0.5, null],
      [null, null],
    ],
  };
  assert.deepEqual(JSON.parse(JSON.stringify(tracker)), plain);
  assert.equal(
    (JSON.parse(JSON.stringify(new CLMetricsTracker(1, undefined, 'abc'))) as { fingerprint: string }).fingerprint,
    'abc',
  );
  assert.equal(inspect(tracker), 'CLMetricsTracker (2 tasks, 1 of 4 cells recorded)');
});

test('the fingerprint of the stream goes along into the metrics', () => {
  assert.equal(new CLMetricsTracker(1, ['a'], 'abc').compute().fingerprint, 'abc');
  assert.equal(new CLMetricsTracker(1).compute().fingerprint, undefined);
  assert.throws(() => new CLMetricsTracker(1, undefined, 5 as never), /fingerprint must be text, got 5/);
});

test('messages show whether a number is text', () => {
  const tracker = new CLMetricsTracker(2);
  assert.throws(() => tracker.record(0, 0, '0.9' as never), /after task 0 is '0\.9'/);
  assert.throws(() => tracker.record('1' as never, 0, 0.9), /task '1' does not exist/);
  assert.throws(() => new CLMetricsTracker('2' as never), /got '2'/);
});
