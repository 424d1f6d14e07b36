import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { initBackend } from '../../src/backend';
import { MAS } from '../../src/methods';
import { outputSensitivity } from '../../src/methods/parts/sensitivity';
import { easyStream, smallModel } from './fixtures';

before(async () => {
  await initBackend('native');
});

test('the importances of the tasks are added up, each estimated on the samples asked for', async () => {
  const { trainLoaders } = easyStream('domain-incremental');
  const model = smallModel('DomainMLP');
  const trainer = new MAS(model, { epochs: 1, lr: 0.02, seed: 1, nSamples: 1000 });
  const expected = new Map(model.parameters().map((parameter) => [parameter, new Float64Array(parameter.data().length)]));
  for (const loader of trainLoaders.slice(0, 2)) {
    await trainer.trainTask(loader);
    await trainer.consolidate(loader);
    const own = outputSensitivity(model, loader.hostData().images, undefined);
    for (const [parameter, sum] of expected) own.get(parameter)!.forEach((value, i) => (sum[i] += value));
  }
  for (const [parameter, sum] of expected) {
    const importance = trainer.importance(parameter)!;
    sum.forEach((value, i) => assert.ok(Math.abs(importance[i] - value) < 1e-4 * (1 + value), `${parameter.name}[${i}]`));
    assert.ok(sum.some((value) => value > 0.01), parameter.name); // prettier-ignore
  }
});

test('only the outputs of the task count, and a penalty that would diverge is refused', async () => {
  const { trainLoaders } = easyStream('task-incremental');
  const model = smallModel('MultiHeadMLP');
  const trainer = new MAS(model, { epochs: 4, lr: 0.05, seed: 1, lambda: 100 });
  await trainer.trainTask(trainLoaders[0]);
  await trainer.consolidate(trainLoaders[0]);
  model.prepareTask(trainLoaders[1].task);
  const heads = model.parameters().filter(({ name }) => name.startsWith('head'));
  assert.deepEqual(heads.map((parameter) => trainer.importance(parameter) !== undefined), [true, true, false, false]); // prettier-ignore
  await assert.rejects(
    trainer.trainTask(trainLoaders[1]),
    /MAS: the penalty would diverge: .* stable below 76; use lambda below/,
  );
});
