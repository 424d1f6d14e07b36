import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import * as tf from '@tensorflow/tfjs';
import { backend, dispose, initBackend, numbersOf } from '../../src/backend';
import type { Kernels, Value } from '../../src/backend';
import { NaiveTrainer } from '../../src/methods';
import type { DomainMLP, TaskOfRows } from '../../src/models';
import { permutedScenario } from '../../src/scenarios';
import { collectGarbage, easyDataset, easyStream, smallModel } from '../methods/fixtures';
import { checkFiniteWeights } from '../../src/training/evaluation';

before(async () => {
  await initBackend();
});

const OPTIONS = { epochs: 1, lr: 0.05, seed: 1 };

test('an accuracy is the share of right answers: argmax over the outputs, counted by hand, over more rows than one step takes', async () => {
  const [loader] = permutedScenario(easyDataset(250), { nTasks: 2, seed: 7 }).trainLoaders; // 1500 samples
  const trainer = new NaiveTrainer(smallModel('DomainMLP'), { ...OPTIONS, lr: 0.001 });
  await trainer.trainTask(loader);
  const { images, labels } = loader.hostData();
  const logits = trainer.model.forward(tf.tensor2d(images, [labels.length, 16]));
  const [numbers, classes] = [Array.from(numbersOf(logits)), logits.shape[1]];
  dispose(logits);
  const answers = Array.from(labels, (_, i) => {
    const row = numbers.slice(i * classes, (i + 1) * classes);
    return row.indexOf(Math.max(...row));
  });
  const share = answers.filter((answer, i) => answer === labels[i]).length / labels.length;
  assert.equal(labels.length, 1500);
  assert.ok(share > 0 && share < 1, 'some right, some wrong, else the test shows nothing');
  assert.equal(await trainer.evaluate(loader), share);
});

test('evaluation does not tell a model the task id where the scenario hides it', async () => {
  const told: unknown[] = [];
  const { testLoaders } = easyStream('domain-incremental');
  const model = smallModel('DomainMLP') as DomainMLP;
  const { logits } = model;
  model.logits = (k: Kernels, x: Value, task?: TaskOfRows) => {
    told.push(task);
    return logits.call(model, k, x);
  };
  await new NaiveTrainer(model, OPTIONS).evaluateAll(testLoaders);
  assert.deepEqual(told, [undefined, undefined, undefined]);
});

for (const bad of [NaN, Infinity]) {
  test(`a model with a weight of ${bad} has no accuracy: evaluation says which weight`, async () => {
    const stream = easyStream('class-incremental');
    const trainer = new NaiveTrainer(smallModel('SingleHeadMLP'), OPTIONS);
    await trainer.trainTask(stream.trainLoaders[0]);
    const weight = trainer.model.parameters()[2];
    const content = weight.data() as Float32Array;
    content[5] = bad;
    weight.set(content);
    const reason = new RegExp(
      `^Error: SingleHeadMLP: ${weight.name} holds numbers that are not finite, so its answers mean nothing; .*anew`,
    );
    await assert.rejects(trainer.evaluate(stream.testLoaders[0]), reason);
    await assert.rejects(trainer.evaluateAll(stream.testLoaders), reason);
    await assert.rejects(trainer.runSequence(stream), reason);
  });
}

test('finite weights pass, whatever their signs and sizes', () => {
  const model = smallModel('DomainMLP');
  model.parameters()[0].set((model.parameters()[0].data() as Float32Array).map((_, i) => (i % 2 ? -1e30 : 1e30)));
  checkFiniteWeights(model);
});

test('evaluation leaves nothing on the device', async () => {
  const { trainLoaders, testLoaders } = easyStream('domain-incremental');
  const trainer = new NaiveTrainer(smallModel('DomainMLP'), OPTIONS);
  await trainer.trainTask(trainLoaders[0]);
  await trainer.evaluateAll(testLoaders);
  await collectGarbage();
  const count = backend().tensorCount();
  await trainer.evaluateAll(testLoaders);
  assert.equal(backend().tensorCount(), count);
});
