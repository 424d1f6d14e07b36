import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { initBackend } from '../../src/backend';
import { shuffledTogether } from '../../src/methods/cumulative';
import { learnBound } from './bounds';
import { easyStream } from './fixtures';

before(async () => {
  await initBackend('native');
});

for (const scenario of ['task-incremental', 'domain-incremental', 'class-incremental'] as const) {
  test(`${scenario}: trained on all tasks so far together nothing is forgotten`, async () => {
    const { matrix, steps } = await learnBound('cumulative', scenario);
    assert.deepEqual(steps, [60, 120, 180], 'as many steps as all data so far fills batches');
    matrix.forEach((row, task) => assert.ok(row[2]! > 0.9, `task ${task} at the end: ${row[2]}`));
  });
}

test('the samples of all tasks come in one order, another one each epoch and after each task, the same for the same seed', () => {
  const { trainLoaders } = easyStream('class-incremental');
  const [two, three] = [trainLoaders.slice(0, 2), trainLoaders].map((seen) => shuffledTogether(seen, 1));
  assert.deepEqual([two.size, three.size], [160, 240]);
  assert.deepEqual(Array.from(two.epoch(0)).sort((a, b) => a - b), Array.from({ length: 160 }, (_, i) => i)); // prettier-ignore
  assert.deepEqual(two.epoch(0), shuffledTogether(trainLoaders.slice(0, 2), 1).epoch(0));
  for (const other of [two.epoch(1), three.epoch(0), shuffledTogether(trainLoaders.slice(0, 2), 2).epoch(0)]) {
    assert.notDeepEqual(two.epoch(0), other.slice(0, 160));
  }
});
