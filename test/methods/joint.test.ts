import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { initBackend } from '../../src/backend';
import { Joint } from '../../src/methods';
import { bytes } from '../models/fixtures';
import { learnBound } from './bounds';
import { easyStream, smallModel } from './fixtures';

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
