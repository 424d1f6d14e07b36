import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chiSquaredTail, tQuantile, tTail } from '../../src/metrics/distributions';
import { closeTo, SCIPY } from './scipy';

test('t quantiles agree with the printed tables, for odd and even degrees of freedom and several levels', () => {
  const printed: [level: number, degrees: number, t: number][] = [
    [0.95, 1, 12.706],
    [0.95, 2, 4.303],
    [0.95, 3, 3.182],
    [0.95, 4, 2.776],
    [0.95, 5, 2.571],
    [0.95, 9, 2.262],
    [0.95, 10, 2.228],
    [0.95, 29, 2.045],
    [0.95, 30, 2.042],
    [0.99, 4, 4.604],
    [0.9, 9, 1.833],
    [0.95, 100000, 1.96],
  ];
  for (const [level, degrees, t] of printed) {
    assert.equal(tQuantile(level, degrees).toFixed(3), t.toFixed(3), `level ${level}, ${degrees} degrees`);
  }
});

test('tails of Student t and of χ² are those of SciPy', () => {
  for (const { t, degrees, p } of SCIPY.tTail) closeTo(tTail(t, degrees), p, 1e-12, `t ${t}, ${degrees} degrees`);
  for (const { x, degrees, p } of SCIPY.chiSquaredTail) closeTo(chiSquaredTail(x, degrees), p, 1e-12, `χ² ${x}, ${degrees}`);
});

test('tails begin at 1, end at 0, and have both signs of t alike', () => {
  assert.deepEqual([tTail(0, 3), tTail(Infinity, 3), tTail(-Infinity, 3)], [1, 0, 0]);
  assert.equal(tTail(-2, 4), tTail(2, 4));
  for (const degrees of [1, 2, 29, 100]) assert.deepEqual([chiSquaredTail(0, degrees), chiSquaredTail(1e6, degrees)], [1, 0]);
});

test('what is no statistic, level or number of degrees is refused', () => {
  assert.throws(() => tQuantile(0.95, 0), /degrees/);
  assert.throws(() => tTail(1, 1.5), /degrees/);
  assert.throws(() => chiSquaredTail(-1, 2), /chiSquaredTail: x must be a number of at least 0, got -1/);
  assert.throws(() => chiSquaredTail(1, 101), /degrees/);
});
