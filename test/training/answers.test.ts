import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { backend, initBackend } from '../../src/backend';
import type { Kernels, Value } from '../../src/backend';
import { METHODS, NaiveTrainer, NCM } from '../../src/methods';
import { architectureFor } from '../../src/models';
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
  protected override scores(k: Kernels, x: Value): Value {
    return k.add(k.scale(k.rowSums(x), 0), k.tensor(Float32Array.of(0.1, 0.3, 0.2), [1, 3]));
  }
}

test('among asks the method’s own scores, and needs one for each of the labels', async () => {
  const { trainLoaders, testLoaders } = easyStream('class-incremental');
  const contrary = new Contrary(smallModel('SingleHeadMLP'), OPTIONS);
  await contrary.trainTask(trainLoaders[0]);
  assert.deepEqual([...new Set(await contrary.answers(testLoaders[0]))], [1]);
  assert.deepEqual([...new Set(await contrary.answers(testLoaders[0], [0, 2]))], [2]);
  await assert.rejects(contrary.answers(testLoaders[0], [3]), /no output for label 3; outputs are 0 to 2/);
  const naive = new NaiveTrainer(smallModel('SingleHeadMLP'), OPTIONS);
  await naive.trainTask(trainLoaders[0]);
  await assert.rejects(naive.answers(testLoaders[0], [0, 9]), /no output for label 9; outputs are 0 to 1/);
  await assert.rejects(naive.answers(testLoaders[0], []), /among/);
  await assert.rejects(naive.answers(testLoaders[1]), /no output for task 2/);
});

const RAW = Array.from({ length: 6 }, (_, i) => Array.from({ length: 16 }, (__, j) => ((i * 7 + j * 3) % 10) / 10));

test('asked about raw inputs a trainer that adds nothing says what its model says', async () => {
  const { trainLoaders } = easyStream('task-incremental');
  const trainer = new NaiveTrainer(smallModel('MultiHeadMLP'), OPTIONS);
  for (const loader of trainLoaders.slice(0, 2)) await trainer.trainTask(loader);
  const options = { taskId: 1, topK: 2 };
  assert.deepEqual(trainer.predict(RAW, options), trainer.model.predict(RAW, options));
  assert.throws(
    () => trainer.predict(RAW),
    /^Error: NaiveTrainer.predict: it answers by task, got taskId undefined; pass taskId, one of 0 /,
  );
  assert.throws(() => trainer.predict(RAW, { taskId: 2 }), /NaiveTrainer.predict: it answers by task, got taskId 2/);
  assert.throws(() => trainer.predict([[1, 2]], options), /NaiveTrainer.predict/);
});

test('whether a task has to be named is the stream’s to say, also where the network ignores it', async () => {
  const { trainLoaders, testLoaders } = easyStream('task-incremental');
  const trainer = new NCM(smallModel('DomainMLP'), { seed: 1 });
  for (const loader of trainLoaders) await trainer.trainTask(loader);
  assert.throws(() => trainer.predict(RAW), /it answers by task, got taskId undefined/);
  for (const [taskId, loader] of testLoaders.entries()) {
    const raw = loader.sampleImages(loader.size).map((row) => Array.from(row));
    const right = trainer.predict(raw, { taskId }).filter(({ label }, row) => label === loader.labels()[row]).length;
    assert.equal(right / loader.size, await trainer.evaluate(loader));
    assert.ok(right / loader.size > 0.9);
  }
});

test('the trainer that trained the model last is the one who answers', async () => {
  const { trainLoaders } = easyStream('class-incremental');
  const model = smallModel('SingleHeadMLP');
  await new NaiveTrainer(model, OPTIONS).trainTask(trainLoaders[0]);
  assert.equal(model.answeredBy, undefined);
  const contrary = new Contrary(model, OPTIONS);
  assert.equal(contrary.model.answeredBy, undefined, 'it has not trained it yet');
  assert.throws(
    () => contrary.predict(RAW),
    /Contrary.predict: this trainer has learnt no task; train it first, or load a saved one/,
  );
  await contrary.trainTask(trainLoaders[0]);
  assert.equal(model.answeredBy, 'Contrary');
  assert.throws(() => model.predict(RAW), /SingleHeadMLP.predict: Contrary answers by more than the outputs/);
  const total = [0.1, 0.3, 0.2].reduce((sum, score) => sum + Math.exp(score), 0);
  const [{ label, probability, top }] = contrary.predict(RAW, { topK: 3 });
  assert.equal(label, 1);
  assert.ok(Math.abs(probability - Math.exp(0.3) / total) < 1e-6);
  assert.deepEqual(top.map((one) => one.label), [1, 2, 0]); // prettier-ignore
  await new NaiveTrainer(model, OPTIONS).trainTask(trainLoaders[1]);
  assert.equal(model.predict(RAW).length, 6);
});

test('a state of before models said who answers: the restored trainer tells its model', async () => {
  const trainer = new Contrary(smallModel('SingleHeadMLP'), OPTIONS);
  const empty = new Contrary(smallModel('SingleHeadMLP'), OPTIONS);
  empty.restore(trainer.state());
  assert.equal(empty.model.answeredBy, undefined);
  await trainer.trainTask(easyStream('class-incremental').trainLoaders[0]);
  const state = trainer.state();
  const restored = new Contrary(smallModel('SingleHeadMLP'), OPTIONS);
  const { answeredBy: _, ...model } = state.model;
  restored.restore({ ...state, model: { ...model, version: 2 } });
  assert.equal(restored.model.answeredBy, 'Contrary');
  assert.deepEqual(restored.predict(RAW), trainer.predict(RAW));
});

test('it is not asked while it trains, but in a probe, and not with weights that are no numbers', async () => {
  const { trainLoaders } = easyStream('class-incremental');
  const trainer = new NaiveTrainer(smallModel('SingleHeadMLP'), OPTIONS);
  const inProbe: number[] = [];
  const measure = () => void inProbe.push(trainer.predict(RAW).length);
  const training = trainer.trainTask(trainLoaders[0], { probes: { steps: [2], measure } });
  assert.throws(() => trainer.predict(RAW), /NaiveTrainer.predict: NaiveTrainer.trainTask is still running on this model/);
  await training;
  assert.deepEqual(inProbe, [6]);
  const [weight] = trainer.model.parameters();
  weight.set(weight.data().map(() => NaN));
  assert.throws(() => trainer.predict(RAW), /holds numbers that are not finite, so its answers mean nothing/);
});

test('a class that overrides predict is told what to override', () => {
  class Late extends NaiveTrainer {
    override predict(): never[] {
      return [];
    }
  }
  assert.throws(
    () => new Late(smallModel('SingleHeadMLP')),
    /^Error: Late: it overrides predict, which evaluation does not ask; override scores\(k, x, task\)$/,
  );
});

test('the methods that answer by more than the model’s outputs', async () => {
  const own: string[] = [];
  for (const entry of METHODS) {
    const scenario = entry.needs.notIn?.['task-incremental'] ? 'class-incremental' : 'task-incremental';
    const options = { epochs: 1, ...(entry.name === 'randumb' && { features: 20 }) };
    const trainer = entry.create(smallModel(entry.needs.architecture ?? architectureFor(scenario)), options);
    await trainer.trainTask(easyStream(scenario).trainLoaders[0], { execution: 'op-by-op' });
    if (trainer.model.answeredBy !== undefined) own.push(entry.name);
  }
  assert.deepEqual(own.sort(), ['hat', 'icarl', 'independent', 'ncm', 'packnet', 'randumb', 'slda', 'xdg']);
});
