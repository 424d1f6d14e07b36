import assert from 'node:assert/strict';
import { test } from 'node:test';
import { metricsOf } from '../../src/metrics/measured';
import { CLMetrics } from '../../src/metrics/metrics';
import { CLMetricsTracker } from '../../src/metrics/tracker';

const matrix = [
  [0.9, 0.6],
  [0.5, 0.8],
];

test('a matrix, metrics, a tracker and an entry of a results file give the same metrics', () => {
  const tracker = new CLMetricsTracker(2, ['a', 'b'], 'abc');
  matrix.forEach((row, task) => row.forEach((accuracy, after) => tracker.record(task, after, accuracy)));
  const expected = new CLMetrics(matrix, ['a', 'b'], 'abc');
  for (const given of [tracker, expected, { matrix, taskNames: ['a', 'b'], fingerprint: 'abc', metrics: { acc: 0.7 } }]) {
    assert.deepEqual(metricsOf('x', given), expected);
  }
  assert.deepEqual(metricsOf('x', matrix), new CLMetrics(matrix));
});

test('numbers beside the matrix that are not those of the matrix are refused, rounding aside', () => {
  const wrong: [object, RegExp][] = [
    [{ acc: 0.71 }, /x: its ACC is 0\.71, but its matrix says 0\.7000; it was damaged or edited/],
    [{ acc: '0.7' }, /its ACC is '0\.7'/],
    [{ bwt: null }, /its BWT is null, but its matrix says -0\.3000/],
    [{ nTasks: 3 }, /its nTasks is 3, but its matrix says 2/],
    [{ perTaskForgetting: [] }, /its perTaskForgetting is \[\]/],
    [{ metrics: { fm: 0.5 } }, /its FM is 0\.5/],
    [{ fingerprint: 5 }, /fingerprint must be text, got 5/],
    [{ taskNames: ['a'] }, /1 task names for 2 tasks/],
  ];
  for (const [more, message] of wrong) assert.throws(() => metricsOf('x', { matrix, ...more }), message);
  metricsOf('x', { matrix, acc: 0.70004 } as never);
});

test('metrics whose matrix was changed afterwards contradict themselves', () => {
  const metrics = new CLMetrics(matrix);
  metrics.matrix[0][1] = 1;
  assert.throws(() => metricsOf('x', metrics), /its ACC is 0\.7/);
});
