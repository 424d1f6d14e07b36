import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { initBackend } from '../../src/backend';
import { Independent, NaiveTrainer } from '../../src/methods';
import { bytes } from '../models/fixtures';
import { easyStream, smallModel } from './fixtures';

before(async () => {
  await initBackend('native');
});

const OPTIONS = { epochs: 3, lr: 0.05, seed: 1 };

test('each task has the network that a learner of this task alone has, and keeps it', async () => {
  const stream = easyStream('task-incremental');
  const trainer = new Independent(smallModel('MultiHeadMLP'), OPTIONS);
  const { matrix } = await trainer.runSequence(stream);
  matrix.forEach((row, task) => assert.equal(row[2], row[task], `task ${task} as right after its training`));
  const alone = smallModel('MultiHeadMLP');
  alone.prepareTask(stream.trainLoaders[2].task);
  await new NaiveTrainer(alone, OPTIONS).trainTask(stream.trainLoaders[2]);
  assert.deepEqual(trainer.model.parameters().map(bytes), alone.parameters().map(bytes));
});

test('a network of a task that the model does not know is refused', async () => {
  const trainer = new Independent(smallModel('MultiHeadMLP'), OPTIONS);
  const [loader] = easyStream('task-incremental').trainLoaders;
  await trainer.trainTask(loader);
  await trainer.consolidate(loader);
  const state = trainer.state();
  const { networks } = state.memory as { networks: Record<string, object> };
  const other = { ...state, memory: { networks: { 7: networks[0] } } };
  assert.throws(() => new Independent(smallModel('MultiHeadMLP'), OPTIONS).restore(other), /the model knows no task 7/);
});
