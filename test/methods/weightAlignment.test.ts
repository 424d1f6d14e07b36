import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { initBackend, type Kernels, type Value } from '../../src/backend';
import { WeightAlignment } from '../../src/methods';
import type { SingleHeadMLP } from '../../src/models';
import type { TrainingBatch } from '../../src/training';
import { hostLoss, logits } from '../models/fixtures';
import { easyStream, smallModel, wholeTask } from './fixtures';
import { checkGradient, lossOf } from './stepLoss';

before(async () => {
  await initBackend('native');
});

class Open extends WeightAlignment {
  lossOf(k: Kernels, batch: TrainingBatch): Value {
    return this.loss(k, batch);
  }
}

const OPTIONS = { epochs: 4, lr: 0.05, seed: 1, capacity: 24 };

test('after a task the new classes’ output weights are as long on the average as the old ones’, which stay', async () => {
  const { trainLoaders } = easyStream('class-incremental');
  const model = smallModel('SingleHeadMLP') as SingleHeadMLP;
  const trainer = new Open(model, OPTIONS);
  await trainer.trainTask(trainLoaders[0]);
  await trainer.consolidate(trainLoaders[0]);
  await trainer.trainTask(trainLoaders[1]);
  const columns = () => {
    const { shape } = model.head.weight;
    const data = Array.from(model.head.weight.data());
    return Array.from({ length: shape[1] }, (_, c) => data.filter((__, i) => i % shape[1] === c));
  };
  const before = columns();
  const bias = Array.from(model.head.bias!.data());
  await trainer.consolidate(trainLoaders[1]);
  const after = columns();
  const length = (list: number[][]) => list.reduce((sum, column) => sum + Math.hypot(...column), 0) / list.length;
  assert.deepEqual(after.slice(0, 2), before.slice(0, 2));
  assert.ok(Math.abs(length(after.slice(2)) - length(after.slice(0, 2))) < 1e-4);
  assert.ok(Math.abs(length(before.slice(2)) - length(before.slice(0, 2))) > 1e-3, 'they differed');
  const ratios = after.slice(2).flatMap((column, c) => column.map((value, i) => value / before[2 + c][i]));
  assert.ok(Math.max(...ratios) - Math.min(...ratios) < 1e-4, 'one factor for all');
  assert.deepEqual(Array.from(model.head.bias!.data()), bias);
});

test('loss and gradient are those of the formula', async () => {
  const { trainLoaders } = easyStream('class-incremental');
  const model = smallModel('SingleHeadMLP');
  const trainer = new Open(model, { ...OPTIONS, temperature: 3 });
  for (const loader of trainLoaders.slice(0, 2)) {
    await trainer.trainTask(loader);
    await trainer.consolidate(loader);
  }
  const teacher = model.clone();
  model.prepareTask(trainLoaders[2].task);
  for (const parameter of model.parameters()) parameter.set(parameter.data().map((value, i) => value + 0.02 * Math.sin(i)));
  const batch = wholeTask(trainLoaders[2]);
  const softmax = (row: number[]) => {
    const powers = row.map((value) => Math.exp(value / 3));
    return powers.map((power) => power / powers.reduce((a, b) => a + b));
  };
  const old = logits(teacher, batch).map(softmax);
  const now = logits(model, batch).map((row) => softmax(row.slice(0, 4)));
  const kept = now.map((row, i) => -row.reduce((sum, p, c) => sum + old[i][c] * Math.log(p), 0));
  const expected = (2 / 6) * hostLoss(model, batch) + (4 / 6) * (kept.reduce((a, b) => a + b) / kept.length);
  assert.ok(Math.abs(lossOf(trainer, batch, {}) - expected) < 1e-4 * expected);
  checkGradient(trainer, batch, {}, [batch]);
});
