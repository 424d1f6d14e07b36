import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { initBackend } from '../../src/backend';
import { DomainMLP, Model, MultiHeadMLP, type ModelState } from '../../src/models';
import { RandomStream } from '../../src/utils/random';
import { logits, task } from './fixtures';

before(async () => {
  await initBackend('native');
});

const NET = { inputSize: 2, hidden: [5], seed: 3 };
const INPUTS = { shape: [2], mean: [10, -1], std: [4, 0.5] };

/** A network that knows what raw inputs are, and the names of its classes. */
function asked(): DomainMLP {
  const model = new DomainMLP({ ...NET, nClasses: 3 });
  model.meet({ ...task(0, { classes: 3, scenario: 'domain-incremental' }), classNames: ['a', 'b', 'c'], inputs: INPUTS });
  return model;
}

const random = new RandomStream(1, 'raw inputs');
const rows = (count: number) => Array.from({ length: count }, () => [10 + 4 * random.normal(), -1 + 0.5 * random.normal()]);

/** Softmax over the outputs for standardised inputs, by hand. */
function expected(model: Model, raw: number[][], taskId?: number): number[][] {
  const inputs = Float32Array.from(raw.flatMap(([a, b]) => [(a - 10) / 4, (b + 1) / 0.5]));
  return logits(model, { n: raw.length, inputs, labels: new Int32Array(raw.length), task: taskId }).map((row) => {
    const total = row.reduce((sum, z) => sum + Math.exp(z), 0);
    return row.map((z) => Math.exp(z) / total);
  });
}

test('raw inputs are standardised, answers come with names, probabilities and the most likely classes, also of many rows', () => {
  const model = asked();
  const raw = rows(2300); // more than two passes
  const said = model.predict(raw, { topK: 2 });
  assert.equal(said.length, 2300);
  expected(model, raw).forEach((probabilities, row) => {
    const order = [0, 1, 2].sort((a, b) => probabilities[b] - probabilities[a]);
    const { top, ...first } = said[row];
    assert.deepEqual(top[0], first);
    assert.deepEqual(top.map(({ label, className }) => [label, className]), order.slice(0, 2).map((label) => [label, 'abc'[label]])); // prettier-ignore
    top.forEach(({ label, probability }) => assert.ok(Math.abs(probability - probabilities[label]) < 1e-5));
  });
  assert.ok(new Set(said.map(({ label }) => label)).size > 1);
});

test('the most likely classes are in order where probabilities are too small to tell, and outputs that are no numbers are named', () => {
  const model = asked();
  const [weight, bias] = model.parameters().slice(-2);
  weight.set(new Float32Array(weight.data().length));
  bias.set(Float32Array.of(-300, 0, -200));
  const [{ top }] = model.predict(rows(1), { topK: 3 });
  assert.deepEqual(top.map(({ label, probability }) => [label, probability]), [[1, 1], [2, 0], [0, 0]]); // prettier-ignore
  bias.set(Float32Array.of(0, NaN, 0));
  assert.throws(() => model.predict(rows(1)), /DomainMLP.predict: the outputs for row 0 are not finite; the model has diverged/);
});

test('a network with heads answers by the task that is named, and says which there are; others take no task', () => {
  const model = new MultiHeadMLP(NET);
  const two = [['dog', 'cat'], ['car', 'bus']].map((classNames, id) => ({ ...task(id), classNames, inputs: INPUTS })); // prettier-ignore
  for (const one of two) {
    model.prepareTask(one);
    model.meet(one);
  }
  const raw = rows(5);
  for (const taskId of [0, 1]) {
    expected(model, raw, taskId).forEach((probabilities, row) => {
      const label = probabilities[0] >= probabilities[1] ? 0 : 1;
      assert.equal(model.predict(raw, { taskId })[row].className, two[taskId].classNames[label]);
    });
  }
  assert.throws(
    () => model.predict(raw),
    /MultiHeadMLP.predict: it answers by task, got taskId undefined; pass taskId, one of 0/,
  );
  assert.throws(() => model.predict(raw, { taskId: 2 }), /got taskId 2/);
  assert.throws(() => asked().predict(raw, { taskId: 0 }), /DomainMLP.predict: it answers without knowing the task/);
  assert.throws(() => asked().predict(raw, { topK: 0 }), /topK must be a whole number/);
  assert.throws(() => new DomainMLP({ ...NET, nClasses: 3 }).predict(raw), /it was not trained yet/);
});

test('where another answers in the place of its outputs it refuses, saved and loaded too, and says whom to ask', async () => {
  const model = asked();
  model.answeredBy = 'ICaRL';
  const folder = mkdtempSync(join(tmpdir(), 'predict-'));
  await model.save(folder);
  const loaded = await Model.load(folder);
  rmSync(folder, { recursive: true });
  const restored = new DomainMLP({ ...NET, nClasses: 3 });
  restored.restore(model.state());
  for (const one of [model, loaded, restored, model.clone()]) {
    assert.throws(
      () => one.predict(rows(1)),
      /^Error: DomainMLP.predict: ICaRL answers by more than the outputs of this network, .*; ask the trainer: trainer.predict, /,
    );
  }
  restored.restore(asked().state());
  assert.equal(restored.predict(rows(1)).length, 1, 'taken over as well that nobody else answers');
});

test('states of version 2, which do not say who answers, are read; of version 3 it is part, and has to be a name', () => {
  const { answeredBy, ...state } = asked().state();
  assert.equal(answeredBy, null);
  assert.equal(Model.from({ ...state, version: 2 }).answeredBy, undefined);
  assert.throws(() => Model.from(state), /it has no answeredBy/);
  const wrong = { ...state, answeredBy: 3 } as unknown as ModelState;
  assert.throws(() => Model.from(wrong), /answeredBy is 3, no name of a trainer/);
  assert.throws(() => Model.from({ ...state, answeredBy, version: 4 }), /format version 4, this library reads up to 3/);
});
