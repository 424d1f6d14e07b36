import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { initBackend } from '../../src/backend';
import { Joint } from '../../src/methods';
import { bytes } from '../models/fixtures';
import { blurryScenario } from '../../src/scenarios';
import { learnBound } from './bounds';
import { easyDataset, easyStream, smallModel } from './fixtures';

before(async () => {
  await initBackend('native');
});

for (const scenario of ['task-incremental', 'domain-incremental', 'class-incremental'] as const) {
  test(`${scenario}: all tasks so far are learnt at once`, async () => {
    const { matrix, steps } = await learnBound('joint', scenario);
    assert.deepEqual(steps, [60, 120, 180]);
    matrix.forEach((row, task) => assert.ok(row[2]! > 0.9, `task ${task} at the end: ${row[2]}`));
  });
}

test('each task begins with the weights the network had at the very start', async () => {
  const model = smallModel('DomainMLP');
  const initial = model.parameters().map(bytes);
  const trainer = new Joint(model, { epochs: 1, seed: 1 });
  const { trainLoaders } = easyStream('domain-incremental');
  const seen: boolean[] = [];
  const measure = () => void seen.push(model.parameters().map(bytes).join() === initial.join());
  for (const loader of trainLoaders.slice(0, 2)) {
    await trainer.trainTask(loader, { probes: { steps: [0, 1], measure } });
    await trainer.consolidate(loader);
  }
  assert.deepEqual(seen, [true, false, true, false]);
});

test('every task begins anew, velocities too, whether boundaries are told or hidden and `keepOptimizer` is on or off', async () => {
  const learn = async (boundaries: 'told' | 'hidden', keepOptimizer: boolean) => {
    const stream = blurryScenario(easyDataset(), { nTasks: 3, batchSize: 16, seed: 7, boundaries });
    const model = smallModel('SingleHeadMLP');
    await new Joint(model, { epochs: 2, lr: 0.05, seed: 1, keepOptimizer }).runSequence(stream, { execution: 'op-by-op' });
    return model.parameters().map(bytes);
  };
  const told = await learn('told', false);
  assert.deepEqual(await learn('told', true), told);
  assert.deepEqual(await learn('hidden', false), told);
});
