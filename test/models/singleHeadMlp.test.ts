import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { initBackend } from '../../src/backend';
import { Model, SingleHeadMLP } from '../../src/models';
import { logits, randomBatch, task, weights } from './fixtures';

before(async () => {
  await initBackend();
});

const NET = { inputSize: 6, hidden: [7, 5], seed: 3 };

test('initial output: a new head has two outputs, or as many as asked for', () => {
  assert.equal(new SingleHeadMLP(NET).nClasses, 2);
  assert.equal(logits(new SingleHeadMLP({ ...NET, nClasses: 4 }), randomBatch(3, 6, 2, undefined))[0].length, 4);
});

test('expand head: as many outputs more as asked for', () => {
  const model = new SingleHeadMLP(NET);
  model.expandHead(3);
  assert.equal(model.nClasses, 5);
  assert.equal(logits(model, randomBatch(3, 6, 2, undefined))[0].length, 5);
  assert.throws(() => model.expandHead(0), /expandHead: count must be a whole number of at least 1/);
});

test('expand preserves weights: old classes keep their outputs, bit for bit, also after the weights went to the device', () => {
  const model = new SingleHeadMLP(NET);
  const batch = randomBatch(5, 6, 2, undefined);
  const before = logits(model, batch);
  const hidden = [...weights(model)].filter(([name]) => !name.startsWith('head'));
  model.expandHead(2);
  logits(model, batch).forEach((row, i) =>
    row.slice(0, 2).forEach((value, c) => assert.ok(Math.abs(value - before[i][c]) < 1e-6)),
  );
  for (const [name, data] of hidden) assert.deepEqual(weights(model).get(name), data);
});

test('a task with new classes widens the head up to its last class, once', () => {
  const model = new SingleHeadMLP(NET);
  const third = task(2, { scenario: 'class-incremental' }); // classes 4 and 5
  assert.equal(model.canAnswer(third), false);
  model.prepareTask(third);
  model.prepareTask(third);
  assert.equal(model.nClasses, 6);
  assert.equal(model.canAnswer(third), true);
  model.prepareTask(task(0, { scenario: 'class-incremental' }));
  assert.equal(model.nClasses, 6);
});

test('the seed decides the weights of new outputs, too', () => {
  const grown = (seed: number) => {
    const model = new SingleHeadMLP({ ...NET, seed });
    model.expandHead(2);
    return Array.from(model.head.weight.data());
  };
  assert.deepEqual(grown(1), grown(1));
  assert.notDeepEqual(grown(1), grown(2));
});

test('where the first task decides how many outputs there are, options, clone and file leave it open, too', () => {
  const open = new SingleHeadMLP(NET);
  assert.ok(!('nClasses' in open.config()));
  assert.equal(new SingleHeadMLP({ ...NET, nClasses: 2 }).config().nClasses, 2);
  const oneClass = { ...task(0, { scenario: 'class-incremental' }), classes: [0], classNames: ['a'] };
  for (const model of [open.clone(), Model.from(open.state()), open.fromScratch(oneClass), open] as SingleHeadMLP[]) {
    model.prepareTask(oneClass);
    assert.equal(model.nClasses, 1);
    model.meet(oneClass);
    assert.ok(!('nClasses' in model.config()), 'and after the first task it is still so');
  }
  assert.throws(() => new SingleHeadMLP({ ...NET, nClasses: 2 }).clone().prepareTask(oneClass), /it has 2 outputs, but with/);
});

test('a copy of a model that knows two classes keeps both outputs whatever task comes next', () => {
  const [first, later] = [0, 1].map((id) => task(id, { scenario: 'class-incremental' }));
  const model = new SingleHeadMLP(NET);
  model.prepareTask(first);
  model.meet(first);
  const copy = model.clone() as SingleHeadMLP;
  copy.prepareTask({ ...later, classes: [0], classNames: ['a'] });
  assert.equal(copy.nClasses, 2);
  assert.deepEqual(weights(copy), weights(model));
});
