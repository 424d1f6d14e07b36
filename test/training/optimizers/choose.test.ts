import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newOptimizer } from '../../../src/training/optimizers';
import { Adam, SGD } from '../../../src/training/optimizers';

const OPTIONS = { lr: 0.02, momentum: 0.8, weightDecay: 0.001 };

test('the optimiser of a trainer has the trainer’s learning rate, momentum and weight decay', () => {
  const sgd = newOptimizer('EWC', { optimizer: 'sgd', ...OPTIONS });
  assert.ok(sgd instanceof SGD);
  assert.deepEqual(sgd.options, OPTIONS);
  const adam = newOptimizer('EWC', { optimizer: 'adam', ...OPTIONS });
  assert.ok(adam instanceof Adam);
  assert.deepEqual(adam.options, { lr: 0.02, betas: [0.8, 0.999], eps: 1e-8, weightDecay: 0.001, stepCount: 'own' });
});

test('an unknown optimiser is refused with the known names', () => {
  for (const optimizer of ['rmsprop', 'toString', '', 5, undefined]) {
    assert.throws(
      () => newOptimizer('EWC', { optimizer: optimizer as never, ...OPTIONS }),
      /^Error: EWC: there is no optimizer .*; use sgd or adam/,
    );
  }
});
