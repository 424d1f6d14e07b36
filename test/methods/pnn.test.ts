import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { initBackend } from '../../src/backend';
import { PNNTrainer } from '../../src/methods';
import { countParameters, MultiHeadMLP, type ProgressiveNeuralNet } from '../../src/models';
import { bytes } from '../models/fixtures';
import { easyStream, smallModel } from './fixtures';

before(async () => {
  await initBackend();
});

const OPTIONS = { epochs: 2, lr: 0.1, seed: 1 };
const network = () => smallModel('ProgressiveNeuralNet') as ProgressiveNeuralNet;

test('frozen weights are unchanged byte for byte after later tasks, and the new column’s are not', async () => {
  const { trainLoaders } = easyStream('task-incremental');
  const model = network();
  const trainer = new PNNTrainer(model, OPTIONS);
  const column = (id: number) =>
    model.columns[id]
      .layers()
      .flatMap((layer) => layer.parameters())
      .map(bytes);
  await trainer.trainTask(trainLoaders[0]);
  const first = column(0);
  await trainer.consolidate(trainLoaders[0]);
  model.prepareTask(trainLoaders[1].task);
  const second = column(1);
  await trainer.trainTask(trainLoaders[1]);
  assert.deepEqual(column(0), first);
  column(1).forEach((parameter, i) => assert.notEqual(parameter, second[i], 'own weights and laterals learn'));
});

test('forgetting is exactly 0: no accuracy changes after its task', async () => {
  const tracker = await new PNNTrainer(network(), OPTIONS).runSequence(easyStream('task-incremental'));
  tracker.matrix.forEach((row, task) => assert.ok(row.slice(task).every((accuracy) => accuracy === row[task])));
  const { bwt, fm } = tracker.compute();
  assert.deepEqual([bwt, fm], [0, 0]);
});

test('the capacity report grows with each column: frozen ones, and none trainable after the last is consolidated', async () => {
  const { trainLoaders } = easyStream('task-incremental');
  const model = network();
  const trainer = new PNNTrainer(model, OPTIONS);
  const first = 16 * 16 + 16 + 16 * 12 + 12 + 12 * 2 + 2;
  await trainer.trainTask(trainLoaders[0]);
  assert.deepEqual(trainer.capacityReport(), { total: first, frozen: 0, trainable: first });
  await trainer.consolidate(trainLoaders[0]);
  await trainer.trainTask(trainLoaders[1]);
  const second = first + 16 * 12 + 12 * 2;
  assert.deepEqual(trainer.capacityReport(), { total: first + second, frozen: first, trainable: second });
  await trainer.consolidate(trainLoaders[1]);
  assert.deepEqual(trainer.capacityReport(), { total: first + second, frozen: first + second, trainable: 0 });
  assert.equal(countParameters(model), first + second);
});

test('a task whose column is frozen cannot be trained again', async () => {
  const { trainLoaders } = easyStream('task-incremental');
  const trainer = new PNNTrainer(network(), OPTIONS);
  await trainer.trainTask(trainLoaders[0]);
  await trainer.consolidate(trainLoaders[0]);
  await assert.rejects(trainer.trainTask(trainLoaders[0]), /PNNTrainer: column 0 is frozen, so its task cannot be trained again/);
});

test('another network than a ProgressiveNeuralNet is refused at once', () => {
  const model = new MultiHeadMLP() as unknown as ProgressiveNeuralNet;
  assert.throws(
    () => new PNNTrainer(model),
    /PNNTrainer: it trains a ProgressiveNeuralNet, got MultiHeadMLP; pass new ProgressiveNeuralNet\(\)/,
  );
});
