import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { initBackend } from '../../src/backend';
import { SingleHeadMLP } from '../../src/models';
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
