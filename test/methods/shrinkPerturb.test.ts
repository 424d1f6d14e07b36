import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { initBackend } from '../../src/backend';
import { ShrinkPerturb } from '../../src/methods';
import { easyStream, smallModel } from './fixtures';

before(async () => {
  await initBackend('native');
});

test('before each task but the first weights shrink and get noise of the deviation asked for', async () => {
  const { trainLoaders } = easyStream('domain-incremental');
  const model = smallModel('DomainMLP');
  const trainer = new ShrinkPerturb(model, { epochs: 1, lr: 0.05, seed: 1, shrink: 0.7, perturb: 0.02 });
  const weights = () => model.parameters().flatMap((parameter) => Array.from(parameter.data()));
  let [before, begun] = [weights(), [] as number[]];
  const call = { probes: { steps: [0], measure: () => void (begun = weights()) } };
  await trainer.trainTask(trainLoaders[0], call);
  assert.deepEqual(begun, before, 'nothing before the first task');
  await trainer.consolidate(trainLoaders[0]);
  before = weights();
  await trainer.trainTask(trainLoaders[1], call);
  const noise = begun.map((value, i) => value - 0.7 * before[i]);
  const mean = noise.reduce((a, b) => a + b) / noise.length;
  const deviation = Math.sqrt(noise.reduce((sum, value) => sum + (value - mean) ** 2, 0) / noise.length);
  assert.ok(noise.length > 400 && Math.abs(mean) < 0.004, `mean ${mean}`);
  assert.ok(Math.abs(deviation - 0.02) < 0.003, `deviation ${deviation}`);
  assert.throws(() => new ShrinkPerturb(model, { shrink: 1.5 }), /ShrinkPerturb: shrink must be a number between 0 and 1/);
});
