import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import * as formulas from '../../src/metrics/formulas';
import { METRIC_TEXTS, CLMetrics } from '../../src/metrics/metrics';
import { neededCells, type MetricName } from '../../src/metrics/neededCells';
import { completeMatrix, near, share } from './matrices';

// Row i is task i, column j the moment after training task j.
const R = [
  [0.9, 0.8, 0.6],
  [0.5, 0.95, 0.7],
  [0.4, 0.3, 0.85],
];

const close = (actual: number | null, expected: number) => assert.ok(near(actual, expected), `${actual} is not ${expected}`);

test('ACC computation: the mean of the last column, by hand', () => {
  close(formulas.averageAccuracy(R), (0.6 + 0.7 + 0.85) / 3);
});

test('BWT, FM and per-task forgetting compare the diagonal with the last column, by hand', () => {
  close(formulas.backwardTransfer(R), (0.6 - 0.9 + (0.7 - 0.95)) / 2);
  close(formulas.forgettingMeasure(R), 0.3);
  const [first, second, ...rest] = formulas.perTaskForgetting(R);
  close(first, 0.3);
  close(second, 0.25);
  assert.equal(rest.length, 0);
});

test('zero-shot transfer reads the cells just before training; forward transfer subtracts the baseline of the same task', () => {
  close(formulas.zeroShotTransfer(R), (0.5 + 0.3) / 2);
  close(formulas.forwardTransfer(R, [0.9, 0.5, 0.1]), (0 + 0.2) / 2);
});

test('average forgetting looks back to the best accuracy before the end, whenever it was', () => {
  const later = [
    [0.5, 0.9, 0.7],
    [0, 0.6, 0.8],
    [0, 0, 1],
  ];
  close(formulas.averageForgetting(later), (0.2 - 0.2) / 2);
  const before = [
    [0.5, 0.5, 0.5],
    [0.9, 0.6, 0.6],
    [0, 0, 1],
  ];
  close(formulas.averageForgetting(before), (0 + 0.3) / 2);
});

test('average forgetting does without cells from before a task was trained', () => {
  close(
    formulas.averageForgetting([
      [0.9, 0.8, 0.6],
      [null, 0.95, 0.7],
      [null, null, null],
    ]),
    (0.3 + 0.25) / 2,
  );
});

test('intransigence is what is missing on the last task; against a joint model it can be negative', () => {
  close(formulas.intransigence(R), 0.15);
  close(formulas.intransigenceAgainst(R, [1, 1, 0.8]), -0.05);
});

test('average incremental accuracy weighs each moment, not each cell, equally', () => {
  close(formulas.averageIncrementalAccuracy(R), (0.9 + (0.8 + 0.95) / 2 + (0.6 + 0.7 + 0.85) / 3) / 3);
});

test('learning curve area is the mean of the first beta + 1 accuracies', () => {
  close(formulas.learningCurveArea([0.1, 0.5, 0.9, 1], 2), 0.5);
  close(formulas.learningCurveArea([0.2, 0.4]), 0.3);
  assert.throws(() => formulas.learningCurveArea([0.1, 0.5], 2), /beta is 2 for a curve of 2/);
  assert.throws(() => formulas.learningCurveArea([]), /beta is -1/);
  assert.throws(() => formulas.learningCurveArea([0.5, 50]), /accuracies\[1\] is 50/);
});

test('full forgetting: perfect when learnt, nothing left at the end', () => {
  const full = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ];
  close(formulas.backwardTransfer(full), -1);
  close(formulas.forgettingMeasure(full), 1);
  close(formulas.averageForgetting(full), 1);
  close(formulas.averageAccuracy(full), 1 / 3);
});

test('no forgetting: what was learnt stays', () => {
  const none = [
    [0.9, 0.9, 0.9],
    [0, 0.8, 0.8],
    [0, 0, 0.7],
  ];
  close(formulas.backwardTransfer(none), 0);
  close(formulas.forgettingMeasure(none), 0);
  close(formulas.averageForgetting(none), 0);
});

test('a missing cell makes exactly the metrics null that read it', () => {
  const metrics = Object.keys(METRIC_TEXTS) as MetricName[];
  for (let i = 0; i < 3; i++) {
    for (let j = 0; j < 3; j++) {
      const computed = new CLMetrics(R.map((row, a) => row.map((cell, b) => (a === i && b === j ? null : cell))));
      for (const metric of metrics) {
        const reads = neededCells(metric, 3).some(([a, b]) => a === i && b === j);
        assert.equal(computed[metric] === null, reads, `${metric} without [${i}][${j}]`);
      }
    }
  }
});

test('wrong lengths and values of baselines are refused', () => {
  assert.throws(() => formulas.forwardTransfer(R, [0.5]), /baseline has 1 entries for 3 tasks/);
  assert.throws(() => formulas.intransigenceAgainst(R, [1, 1, 1.5]), /jointAccuracies\[2\] is 1\.5/);
});

test('property: ACC, FWT, intransigence and incremental accuracy lie in [0, 1], BWT and forgetting in [−1, 1]', () => {
  const rounding = 1e-12;
  fc.assert(
    fc.property(completeMatrix, (matrix) => {
      const m = new CLMetrics(matrix);
      const inside = (value: number | null, low: number) => value !== null && value >= low - rounding && value <= 1 + rounding;
      return (
        [m.acc, m.fwt, m.intransigence, m.averageIncrementalAccuracy].every((value) => inside(value, 0)) &&
        [m.bwt, m.fm, m.averageForgetting].every((value) => inside(value, -1))
      );
    }),
  );
});

test('property: BWT is minus the mean of the per-task forgetting, FM its largest, average forgetting at least its mean', () => {
  fc.assert(
    fc.property(completeMatrix, (matrix) => {
      const each = formulas.perTaskForgetting(matrix) as number[];
      const mean = each.reduce((a, b) => a + b, 0) / each.length;
      return (
        near(formulas.backwardTransfer(matrix), -mean) &&
        formulas.forgettingMeasure(matrix) === Math.max(...each) &&
        formulas.averageForgetting(matrix)! >= mean - 1e-12
      );
    }),
  );
});

test('property: a constant matrix has ACC equal to the constant, BWT 0 and FM 0', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 6 }), share, (nTasks, value) => {
      const m = new CLMetrics(Array.from({ length: nTasks }, () => new Array<number>(nTasks).fill(value)));
      return near(m.acc, value) && near(m.bwt, 0) && near(m.fm, 0) && near(m.averageForgetting, 0) && near(m.fwt, value);
    }),
  );
});

test('property: renumbering all tasks but the last leaves ACC, BWT, FM and average forgetting alone', () => {
  const renumbered = completeMatrix.chain((matrix) => {
    const earlier = matrix.slice(0, -1).map((_, i) => i);
    return fc.tuple(fc.constant(matrix), fc.shuffledSubarray(earlier, { minLength: earlier.length }));
  });
  fc.assert(
    fc.property(renumbered, ([matrix, order]) => {
      const all = [...order, matrix.length - 1];
      const moved = all.map((i) => all.map((j) => matrix[i][j]));
      const [a, b] = [new CLMetrics(matrix), new CLMetrics(moved)];
      return (['acc', 'bwt', 'fm', 'averageForgetting'] as const).every((name) => near(a[name], b[name]));
    }),
  );
});

test('lists that are no lists of shares are refused with their value', () => {
  const matrix = [
    [1, 1],
    [0.5, 1],
  ];
  assert.throws(() => formulas.forwardTransfer(matrix, null as never), /baseline is null; pass an array/);
  assert.throws(() => formulas.forwardTransfer(matrix, 'ab' as never), /baseline is 'ab'/);
  assert.throws(() => formulas.forwardTransfer(matrix, ['0.5', '0.5'] as never), /baseline\[0\] is '0\.5'/);
  assert.throws(() => formulas.learningCurveArea(undefined as never), /accuracies is undefined/);
  assert.throws(() => formulas.learningCurveArea([0.1, 0.2], '1' as never), /beta is '1' for a curve of 2 accuracies/);
});
