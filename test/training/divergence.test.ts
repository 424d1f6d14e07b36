import assert from 'node:assert/strict';
import { test } from 'node:test';
import { initBackend, MultiHeadMLP, NaiveTrainer } from '../../src';
import { saysDiverged } from '../../src/training';
import { getSplitMnist } from '../../src/scenarios';

test('an exploding loss, and weights that are no finite numbers, are told as divergence; other errors are not', async () => {
  await initBackend();
  const stream = getSplitMnist({ data: 'synthetic', nTasks: 2, limitPerTask: 200, testLimitPerTask: 20, seed: 1 });
  const caught = (work: Promise<unknown>) => work.then(() => assert.fail('no error')).catch((error: Error) => error.message);
  const exploding = new NaiveTrainer(new MultiHeadMLP({ hidden: [8] }), { lr: 1e9 });
  assert.ok(saysDiverged(await caught(exploding.runSequence(stream))));
  const broken = new NaiveTrainer(new MultiHeadMLP({ hidden: [8] }), { lr: 0.01 });
  await broken.trainTask(stream.trainLoaders[0]);
  const [weight] = broken.model.parameters();
  weight.set(weight.data().fill(NaN));
  assert.ok(saysDiverged(await caught(broken.evaluate(stream.testLoaders[0]))));
  assert.ok(!saysDiverged(await caught(broken.evaluate(getSplitMnist({ data: 'synthetic', seed: 9 }).testLoaders[0]))));
});
