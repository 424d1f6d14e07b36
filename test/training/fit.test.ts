import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { initBackend } from '../../src/backend';
import { datasetFromArrays } from '../../src/data/fromArrays';
import { TaskLoader } from '../../src/data/loader';
import type { Task } from '../../src/data/task';
import { METHODS, NaiveTrainer } from '../../src/methods';
import { DomainMLP, MultiHeadMLP, SingleHeadMLP } from '../../src/models';
import { easyStream, smallModel } from '../methods/fixtures';
import { weightBytes } from './fixtures';

before(async () => {
  await initBackend();
});

const OPTIONS = { epochs: 1, seed: 1 };

/** Eight samples of four numbers with the given labels, as a task that serves them. */
function loaderOf(labels: number[], scenario: Task['scenario'], split: 'train' | 'test' = 'train'): TaskLoader {
  const classes = [...new Set(labels)].sort((a, b) => a - b);
  const all = Array.from({ length: 8 }, (_, i) => labels[i % labels.length]);
  const part = { images: Float32Array.from({ length: 32 }, (_, i) => (i % 9) / 9), labels: all };
  const dataset = datasetFromArrays({
    name: 'own',
    width: 4,
    height: 1,
    train: part,
    test: part,
    classNames: ['a', 'b', 'c', 'd', 'e', 'f'],
  });
  const classNames = classes.map((label) => 'abcdef'[label]);
  const task: Task = { id: 0, name: 'own', scenario, classes, classNames, inputSize: 4, inputShape: [1, 4, 1] };
  return new TaskLoader({ task, split, dataset, positions: Int32Array.from({ length: 8 }, (_, i) => i) });
}

for (const name of ['native', 'wasm'] as const) {
  test(`${name}: labels beyond the outputs of their task are refused before training, with label, task and outputs`, async () => {
    await initBackend(name);
    after(() => initBackend('native'));
    const model = new MultiHeadMLP({ inputSize: 4, hidden: [4] });
    await assert.rejects(
      new NaiveTrainer(model, OPTIONS).trainTask(loaderOf([4, 5], 'task-incremental')),
      /NaiveTrainer: task 1 \(own\) has label 5, but MultiHeadMLP has 2 outputs for it; number the labels of each task/,
    );
    const fixed = new DomainMLP({ inputSize: 4, hidden: [4], nClasses: 5 });
    const before = weightBytes(fixed);
    await assert.rejects(
      new NaiveTrainer(fixed, OPTIONS).trainTask(loaderOf([4, 5], 'domain-incremental')),
      /own has class 5, but there are only 5 outputs; make it with nClasses: 6/,
    );
    assert.equal(weightBytes(fixed), before);
    const growing = new SingleHeadMLP({ inputSize: 4, hidden: [4] });
    assert.ok((await new NaiveTrainer(growing, OPTIONS).trainTask(loaderOf([4, 5], 'class-incremental'))).steps > 0);
  });
}

test('a method that needs the task id at test time is refused where the scenario hides it, whatever the model', async () => {
  for (const [scenario, model] of [
    ['domain-incremental', 'DomainMLP'],
    ['class-incremental', 'SingleHeadMLP'],
  ] as const) {
    const { trainLoaders } = easyStream(scenario);
    for (const { name, create } of METHODS.filter(({ name, needs }) => needs.taskId === 'test' && name !== 'pnn')) {
      const trainer = create(smallModel(model), { epochs: 1, seed: 1 });
      const reason = new RegExp(`in the ${scenario} scenario: it needs the task id at test time.*; use another method`);
      await assert.rejects(trainer.trainTask(trainLoaders[0]), reason, name);
    }
  }
});

test('evaluating a task that the model has no output for yet is refused, not answered with 0', async () => {
  const { trainLoaders, testLoaders } = easyStream('class-incremental');
  const trainer = new NaiveTrainer(smallModel('SingleHeadMLP'), OPTIONS);
  await trainer.trainTask(trainLoaders[0]);
  await assert.rejects(
    trainer.evaluate(testLoaders[2]),
    /NaiveTrainer.evaluate: SingleHeadMLP has no output for task 3 \(classes 4, 5\) yet; train the task first/,
  );
});

test('test data is never trained on nor consolidated', async () => {
  const { trainLoaders, testLoaders } = easyStream('class-incremental');
  const trainer = new NaiveTrainer(smallModel('SingleHeadMLP'), OPTIONS);
  const reason =
    /this is the test data of task 1 \(classes 0, 1\): what is trained on it cannot be measured with it; pass stream.train/;
  await assert.rejects(trainer.trainTask(testLoaders[0]), reason);
  await trainer.trainTask(trainLoaders[0]);
  await assert.rejects(trainer.consolidate(testLoaders[0]), reason);
  await assert.rejects(trainer.runSequence({ trainLoaders: testLoaders, testLoaders: trainLoaders }), reason);
});

test('what is no loader, no list of loaders or no stream is refused in words', async () => {
  const stream = easyStream('class-incremental');
  const trainer = new NaiveTrainer(smallModel('SingleHeadMLP'), OPTIONS);
  const refused = async (call: Promise<unknown>, reason: RegExp) => assert.rejects(call, { name: 'Error', message: reason });
  await refused(
    trainer.trainTask(stream as never),
    /^NaiveTrainer.trainTask: expected the loader of a task, got .*; pass for example/,
  );
  await refused(trainer.trainTask(undefined as never), /expected the loader of a task, got undefined/);
  await refused(trainer.consolidate(0 as never), /^NaiveTrainer.consolidate: expected the loader of a task, got 0/);
  await refused(trainer.evaluate(null as never), /^NaiveTrainer.evaluate: expected the loader of a task, got null/);
  await refused(trainer.evaluateAll(stream as never), /^NaiveTrainer.evaluateAll: testLoaders must be a list of loaders, got/);
  await refused(
    trainer.evaluateAll([undefined] as never),
    /evaluateAll, testLoaders: expected the loader of a task, got undefined/,
  );
  await refused(
    trainer.runSequence([] as never),
    /^NaiveTrainer.runSequence: trainLoaders must be a list of loaders, got undefined/,
  );
});
