import assert from 'node:assert/strict';
import { test } from 'node:test';
import { untrainedAccuracies } from '../../src/experiments';
import { NaiveTrainer } from '../../src/methods';
import { easyStream, smallModel } from '../methods/fixtures';

test('b_i is the mean over initialisations of the accuracy of networks without training', async () => {
  const { testLoaders } = easyStream('domain-incremental');
  const { mean, std, bySeed } = await untrainedAccuracies((seed) => smallModel('DomainMLP', seed), { testLoaders }, [1, 2, 3]);
  for (const [i, seed] of [1, 2, 3].entries()) {
    const trainer = new NaiveTrainer(smallModel('DomainMLP', seed));
    for (const [task, loader] of testLoaders.entries()) assert.equal(bySeed[i][task], await trainer.evaluate(loader));
  }
  const first = bySeed.map((row) => row[0]);
  assert.ok(Math.abs(mean[0] - (first[0] + first[1] + first[2]) / 3) < 1e-12);
  assert.ok(std.every((value) => value! >= 0) && new Set(first).size > 1, 'initialisations differ');
});

test('a head that grows has the outputs of the tasks so far: the last task is asked among all classes', async () => {
  const { testLoaders } = easyStream('class-incremental');
  const outputs: number[] = [];
  const make = (seed: number) => {
    const model = smallModel('SingleHeadMLP', seed);
    const logits = model.logits.bind(model);
    model.logits = (k, x, task) => {
      const answered = logits(k, x, task);
      outputs.push(answered.shape[1]);
      return answered;
    };
    return model;
  };
  const { mean } = await untrainedAccuracies(make, { testLoaders }, [5]);
  assert.deepEqual(outputs, [2, 4, 6]);
  assert.equal(mean.length, 3);
  await assert.rejects(untrainedAccuracies(make, { testLoaders }, []), /seeds/);
  await assert.rejects(untrainedAccuracies(make, { testLoaders }, [1.5]), /seeds\[0\]/);
});
