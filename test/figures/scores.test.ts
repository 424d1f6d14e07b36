import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scoresOf } from '../../src/figures';
import { higherIsBetter } from '../../src/figures/scores';
import '../../src/methods';

const run = (method: string, seed: number, kept: number | null, more: object = {}) => ({
  method,
  seed,
  matrix: [
    [1, kept],
    [null, 0.8],
  ],
  ...more,
});

test('one number a method and seed, by the labels that tables show', () => {
  const runs = [run('naive', 1, 0.2), run('naive', 2, 0.4), run('ewc', 1, 0.6, { label: 'stiff' })];
  assert.deepEqual(scoresOf(runs), { Naive: { 1: 0.5, 2: (0.4 + 0.8) / 2 }, stiff: { 1: 0.7 } });
  assert.deepEqual(scoresOf(runs, 'fm'), { Naive: { 1: 0.8, 2: 0.6 }, stiff: { 1: 0.4 } });
  const sweep = scoresOf([run('ewc', 1, 0.6, { value: 1 }), run('ewc', 1, 0.7, { value: 10 })]);
  assert.deepEqual(Object.keys(sweep), ['EWC, value 1', 'EWC, value 10']);
});

test('failed runs and metrics that were not measured have no entry', () => {
  const failed = { ...run('ewc', 2, null, { failed: 'diverged' }), matrix: [[null, null], [null, null]] }; // prettier-ignore
  assert.deepEqual(scoresOf([run('naive', 1, null), run('ewc', 1, 0.6), failed]), { Naive: {}, EWC: { 1: 0.7 } });
});

test('two methods of one label are refused, and so are unknown metrics', () => {
  const runs = [run('er', 1, 0.2, { label: 'x' }), run('gem', 1, 0.3, { label: 'x' })];
  assert.throws(() => scoresOf(runs), /two methods are called 'x'/);
  assert.throws(() => scoresOf([run('er', 1, 0.2)], 'accuracy' as never), /metric/);
});

test('less forgetting and intransigence is better, more of everything else', () => {
  assert.deepEqual(['acc', 'bwt', 'fwt', 'averageIncrementalAccuracy'].map((name) => higherIsBetter(name as 'acc')), [true, true, true, true]); // prettier-ignore
  assert.deepEqual(['fm', 'intransigence', 'averageForgetting'].map((name) => higherIsBetter(name as 'fm')), [false, false, false]); // prettier-ignore
});
