import assert from 'node:assert/strict';
import { test } from 'node:test';
import { originalSpec } from '../../src/benchmark/originalSpec';
import { planRun } from '../../src/experiments';

const stream = { name: 'split-mnist', data: 'synthetic' };

test('options of the trainer go to the optimiser, those of the method to the method', () => {
  const spec = originalSpec({ stream, preset: { method: 'er', options: { lr: 0.5, capacity: 20 } }, seed: 1 });
  assert.deepEqual(spec.optimizer, { name: 'sgd', lr: 0.5, momentum: 0.9 });
  assert.deepEqual(spec.method, { name: 'er', options: { capacity: 20 } });
  assert.equal(planRun(spec).spec.optimizer.lr, 0.5);
});

test('defaults are the original’s: 5 epochs, online one; what is given goes before', () => {
  const epochs = (name: string, given?: number) =>
    originalSpec({ stream: { name }, preset: { method: 'naive' }, seed: 1, epochs: given }).epochs;
  assert.deepEqual([epochs('split-mnist'), epochs('split-mnist', 2), epochs('online-split-mnist')], [5, 2, 1]);
});
