import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gridPoints, optionNames, optionsInWords } from '../../../src/benchmark/tune/points';

test('each value of an option is tried with each of the others, the first option slowest', () => {
  assert.deepEqual(gridPoints('randumb'), [
    { gamma: 0.25, shrinkage: 1e-3 },
    { gamma: 0.25, shrinkage: 1e-2 },
    { gamma: 0.5, shrinkage: 1e-3 },
    { gamma: 0.5, shrinkage: 1e-2 },
    { gamma: 1, shrinkage: 1e-3 },
    { gamma: 1, shrinkage: 1e-2 },
  ]);
});

test('an option that is given is not searched, and stands in every point', () => {
  assert.deepEqual(gridPoints('ewc', { lr: 0.05 }), [
    { lr: 0.05, lambda: 10 },
    { lr: 0.05, lambda: 100 },
    { lr: 0.05, lambda: 1000 },
  ]);
  assert.deepEqual(gridPoints('naive', { lr: 0.05 }), []);
});

test('a method without a grid has no points', () => assert.deepEqual(gridPoints('ncm'), []));

test('options of the method are named before those of the trainer', () => {
  assert.equal(optionsInWords({ lr: 0.05, lambda: 10 }), 'lambda 10, lr 0.05');
  assert.deepEqual(optionNames([{ lr: 0.1 }, { lambda: 1 }]), ['lambda', 'lr']);
});
