import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { CLMetrics, METRIC_TEXTS } from '../../src/metrics/metrics';
import { anyMatrix } from './matrices';

test('summary runs: name, every metric with its value, and the matrix', () => {
  const text = new CLMetrics([
    [0.9, 0.6],
    [0.5, 0.8],
  ]).summary('EWC');
  assert.match(text, /^EWC: 2 tasks\n/);
  assert.match(text, /ACC +0\.7000/);
  assert.match(text, /BWT +-0\.3000/);
  assert.match(text, /FM +0\.3000/);
  assert.match(text, /FWT +0\.5000/);
  assert.match(text, /Intransigence +0\.2000/);
  assert.match(text, /after task 2/);
});

test('summary says for each metric which cells are missing', () => {
  const text = new CLMetrics([
    [0.9, null, null],
    [null, 0.8, null],
    [null, null, 0.7],
  ]).summary();
  assert.match(text, /ACC +– +not measured: accuracy on task 1 after task 3 and 1 more/);
  assert.match(text, /FWT +– +not measured: accuracy on task 2 after task 1 and 1 more/);
  assert.match(text, /Intransigence +0\.3000/);
});

test('with one task, metrics that compare tasks are null and say why', () => {
  const metrics = new CLMetrics([[0.9]]);
  assert.equal(metrics.acc, 0.9);
  for (const name of ['bwt', 'fm', 'fwt', 'averageForgetting'] as const) {
    assert.equal(metrics[name], null);
    assert.equal(metrics.whyMissing(name), 'needs at least two tasks');
  }
  assert.deepEqual(metrics.perTaskForgetting, []);
  assert.match(metrics.summary(), /^Run: 1 task\n/);
});

test('the matrix text is an aligned table with task names and – for cells not measured', () => {
  const lines = new CLMetrics(
    [
      [0.9, null],
      [0.5, 1],
    ],
    ['digits 0, 1', 'digits 2, 3'],
  )
    .accuracyMatrixStr()
    .split('\n');
  assert.equal(lines.length, 4);
  assert.match(lines[0], /^accuracy on +after digits 0, 1 +after digits 2, 3$/);
  assert.match(lines[2], /^digits 0, 1 +0\.9000 +–$/);
  assert.equal(lines[2].length, lines[0].length);
  assert.equal(lines[3].length, lines[0].length);
});

test('metrics keep a copy: changing the matrix afterwards changes nothing', () => {
  const matrix = [[0.5]];
  const metrics = new CLMetrics(matrix);
  matrix[0][0] = 1;
  assert.equal(metrics.matrix[0][0], 0.5);
});

test('a wrong number of task names is refused', () => {
  assert.throws(() => new CLMetrics([[1]], ['a', 'b']), /2 task names for 1 tasks/);
});

test('inspect prints one line', () => {
  assert.equal(
    inspect(
      new CLMetrics([
        [0.9, 0.6],
        [0.5, 0.8],
      ]),
    ),
    'CLMetrics (2 tasks: ACC 0.7000, BWT -0.3000, FM 0.3000, FWT 0.5000)',
  );
});

test('property: whatever is missing, every null metric has a reason, every other none, and summary has a line for each', () => {
  fc.assert(
    fc.property(anyMatrix, (matrix) => {
      const metrics = new CLMetrics(matrix);
      const summary = metrics.summary();
      return (Object.keys(METRIC_TEXTS) as (keyof typeof METRIC_TEXTS)[]).every((name) => {
        const why = metrics.whyMissing(name);
        const line = summary.split('\n').find((text) => text.startsWith(`  ${METRIC_TEXTS[name].label} `));
        return (why === null) === (metrics[name] !== null) && line !== undefined && (why === null || line.endsWith(why));
      });
    }),
  );
});

test('names of tasks as long as a page leave the matrix a table, and stay apart', () => {
  const names = ['x', 'y'].map((end) => `${'a class name, '.repeat(50)}${end}`);
  const text = new CLMetrics(
    [
      [1, null],
      [null, 1],
    ],
    names,
  ).summary();
  for (const line of text.split('\n')) assert.ok(line.length < 180, `${line.length} characters`);
  const [head] = new CLMetrics(
    [
      [1, 1],
      [1, 1],
    ],
    names,
  )
    .accuracyMatrixStr()
    .split('\n');
  const [, first, second] = head.split(/ {2,}/);
  assert.notEqual(first, second);
});

test('a matrix whose names would make it too wide for a page has numbers over its columns', () => {
  const names = [0, 2, 4, 6, 8].map((digit) => `digits ${digit}, ${digit + 1}`);
  const matrix = names.map((_, i) => names.map((__, j) => (j >= i ? 0.5 : null)));
  const lines = new CLMetrics(matrix, names).accuracyMatrixStr().split('\n');
  assert.match(lines[0].trim(), /^accuracy on +after 1 +after 2 +after 3 +after 4 +after 5$/);
  assert.match(lines[3], /^2: digits 2, 3 +– +0\.5000/);
  assert.ok(lines.every((line) => line.length <= 88));
});
