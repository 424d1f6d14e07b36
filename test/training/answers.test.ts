import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { backend, initBackend } from '../../src/backend';
import type { Kernels, Value } from '../../src/backend';
import { NaiveTrainer } from '../../src/methods';
import { CLTrainer } from '../../src/training';
import { easyStream, smallModel } from '../methods/fixtures';

before(async () => {
  await initBackend();
});

const OPTIONS = { epochs: 2, lr: 0.05, seed: 1 };

test('answers are those that evaluate counts; masked ones are right where the task alone is asked about', async () => {
  const { trainLoaders, testLoaders } = easyStream('class-incremental');
  const trainer = new NaiveTrainer(smallModel('SingleHeadMLP'), OPTIONS);
  await trainer.runSequence({ trainLoaders, testLoaders });
  const rightIn = (labels: Int32Array, answers: Int32Array) => labels.filter((label, i) => label === answers[i]).length;
  const [loader] = testLoaders;
  const { classes } = loader.task;
  const [free, masked] = [await trainer.answers(loader), await trainer.answers(loader, classes)];
  assert.equal(rightIn(loader.labels(), free) / loader.size, await trainer.evaluate(loader));
  assert.equal(rightIn(loader.labels(), free), 0, 'naive training has forgotten the first task');
  assert.ok(masked.every((label) => classes.includes(label)));
  assert.ok(rightIn(loader.labels(), masked) > loader.size / 2, 'among its own two classes it still knows it');
  // By brute force: the largest of the two outputs of each row.
  const { images } = loader.hostData();
  const logits = trainer.model.forward(images);
  const numbers = backend().toHost(logits);
  backend().dispose(logits);
  const outputs = numbers.length / loader.size;
  assert.deepEqual(
    [...masked],
    Array.from({ length: loader.size }, (_, row) => (numbers[row * outputs + 1] > numbers[row * outputs] ? 1 : 0)),
  );
});

class Contrary extends CLTrainer {
  protected override predict(k: Kernels, x: Value): Value {
    return k.tensor(new Int32Array(x.shape[0]), [x.shape[0]]);
  }
}

test('among needs a method that answers by outputs, and outputs for the labels', async () => {
  const { trainLoaders, testLoaders } = easyStream('class-incremental');
  const contrary = new Contrary(smallModel('SingleHeadMLP'), OPTIONS);
  await contrary.trainTask(trainLoaders[0]);
  assert.deepEqual([...new Set(await contrary.answers(testLoaders[0]))], [0]);
  await assert.rejects(contrary.answers(testLoaders[0], [0, 1]), /answers by something else than the largest output/);
  const naive = new NaiveTrainer(smallModel('SingleHeadMLP'), OPTIONS);
  await naive.trainTask(trainLoaders[0]);
  await assert.rejects(naive.answers(testLoaders[0], [0, 9]), /no output for label 9; outputs are 0 to 1/);
  await assert.rejects(naive.answers(testLoaders[0], []), /among/);
  await assert.rejects(naive.answers(testLoaders[1]), /no output for task 2/);
});
