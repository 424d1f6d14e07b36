import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { initBackend } from '../../src/backend';
import { L2Init, NaiveTrainer } from '../../src/methods';
import { easyStream, smallModel } from './fixtures';

before(async () => {
  await initBackend('native');
});

const OPTIONS = { epochs: 1, lr: 0.05, momentum: 0, seed: 1 };

test('a step goes along the gradient of loss + λ·Σ (θ − θ₀)², also for outputs that came later', async () => {
  const lambda = 0.3;
  const { trainLoaders } = easyStream('class-incremental', 80); // one step a task
  const model = smallModel('SingleHeadMLP');
  const trainer = new L2Init(model, { ...OPTIONS, lambda });
  model.prepareTask(trainLoaders[0].task);
  const first = model.parameters().map((parameter) => parameter.data());
  await trainer.trainTask(trainLoaders[0]);
  await trainer.consolidate(trainLoaders[0]);
  const plain = model.clone();
  plain.prepareTask(trainLoaders[1].task);
  const between = plain.parameters().map((parameter) => parameter.data());
  await trainer.trainTask(trainLoaders[1]);
  await new NaiveTrainer(plain, OPTIONS).trainTask(trainLoaders[1]);
  let moved = 0;
  model.parameters().forEach((parameter, p) => {
    const [own, naive] = [parameter.data(), plain.parameters()[p].data()];
    const wide = own.length > first[p].length;
    const columns = parameter.shape.at(-1)!;
    own.forEach((value, i) => {
      const old = wide ? (i % columns < 2 ? Math.floor(i / columns) * 2 + (i % columns) : undefined) : i;
      const gap = old === undefined ? 0 : between[p][i] - first[p][old];
      if (Math.abs(gap) > 1e-4) moved++;
      assert.ok(Math.abs(value - (naive[i] - 0.05 * 2 * lambda * gap)) < 1e-6, `${parameter.name}[${i}]`);
    });
  });
  assert.ok(moved > 50, `${moved} weights had gone away from their start`);
});
