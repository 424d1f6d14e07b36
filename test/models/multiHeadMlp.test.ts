import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { backend, initBackend } from '../../src/backend';
import { MultiHeadMLP } from '../../src/models';
import { hostGradients, logits, randomBatch, task, weights } from './fixtures';

before(async () => {
  await initBackend();
});

function network(...widths: number[]): MultiHeadMLP {
  const model = new MultiHeadMLP({ inputSize: 6, hidden: [7, 5], seed: 3 });
  widths.forEach((width) => model.addTaskHead(width));
  return model;
}

test('add head: each task gets an output layer of its own, and the layers before stay as they are', () => {
  const model = network();
  const before = weights(model);
  assert.deepEqual([model.addTaskHead(2), model.addTaskHead(3)], [0, 1]);
  assert.deepEqual(
    model.heads.map(({ nOut }) => nOut),
    [2, 3],
  );
  const after = weights(model);
  for (const [name, data] of before) assert.deepEqual(after.get(name), data);
  assert.deepEqual([...after.keys()].slice(before.size), ['head0/weight', 'head0/bias', 'head1/weight', 'head1/bias']);
  assert.throws(() => model.addTaskHead(0), /addTaskHead: nClasses must be a whole number of at least 1/);
});

test('wrong task id raises, and the message names the heads there are', () => {
  const { kernels: k, dispose } = backend();
  const x = k.tensor(new Float32Array(6), [1, 6]);
  for (const id of [2, -1, 0.5, undefined]) {
    assert.throws(
      () => network(2, 2).forward(x, id),
      /MultiHeadMLP: no head for task .*; heads: 0 to 1; add one with addTaskHead/,
    );
  }
  assert.throws(() => network().forward(x, 0), /heads: none yet/);
  dispose(x);
});

test('preparing a task adds the heads up to it once, and refuses another number of classes', () => {
  const model = network();
  model.prepareTask(task(1));
  model.prepareTask(task(1));
  assert.equal(model.heads.length, 2);
  assert.deepEqual([model.canAnswer(task(1)), model.canAnswer(task(2))], [true, false]);
  assert.throws(() => model.prepareTask(task(1, { classes: 3 })), /head 1 has 2 outputs, but task 1 has 3 classes/);
});

test('a batch that mixes tasks gives every row what its own head gives it', () => {
  const model = network(3, 2, 4);
  const tasks = Int32Array.of(0, 1, 2, 2, 1, 0, 1);
  const mixed = logits(model, randomBatch(7, 6, 2, tasks));
  tasks.forEach((id, row) => {
    const own = logits(model, randomBatch(7, 6, 2, id))[row];
    own.forEach((value, c) => assert.ok(Math.abs(mixed[row][c] - value) < 1e-5, `row ${row}, class ${c}`));
    assert.ok(
      mixed[row].slice(own.length).every((value) => value < -1e8),
      'outputs its head does not have never win',
    );
  });
});

test('a mixed batch of one task has the loss and gradients of the unmixed one', () => {
  const model = network(2, 3);
  const one = hostGradients(model, randomBatch(6, 6, 3, 1));
  const mixed = hostGradients(model, randomBatch(6, 6, 3, new Int32Array(6).fill(1)));
  assert.ok(Math.abs(one.loss - mixed.loss) < 1e-6);
  for (const [parameter, gradient] of mixed.gradients) {
    const expected = one.gradients.get(parameter) ?? new Float32Array(gradient.length); // the other head: 0
    gradient.forEach((value, i) => assert.ok(Math.abs(value - expected[i]) < 1e-6, parameter.name));
  }
});

test('a head added after a mixed batch takes part in the next one', () => {
  const model = network(2, 2);
  logits(model, randomBatch(2, 6, 2, Int32Array.of(0, 1)));
  model.addTaskHead(4);
  assert.equal(logits(model, randomBatch(2, 6, 2, Int32Array.of(0, 2)))[0].length, 4);
});

test('the weights of a head depend on seed and task only, not on when it was added', () => {
  const late = network(2);
  logits(late, randomBatch(2, 6, 2, 0));
  late.addTaskHead(2);
  assert.deepEqual(weights(late), weights(network(2, 2)));
  assert.notDeepEqual(late.heads[0].weight.data(), late.heads[1].weight.data());
});
