import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { inspect } from 'node:util';
import { backend, initBackend } from '../../src/backend';
import type { Linear } from '../../src/models';
import { countParameters, DomainMLP, MLP, MultiHeadMLP, ProgressiveNeuralNet, SingleHeadMLP } from '../../src/models';
import { logits, randomBatch, task } from './fixtures';

before(async () => {
  await initBackend();
});

const NET = { inputSize: 6, hidden: [7, 5], seed: 3 };

test('forward shapes: n inputs give n rows of outputs, one a class', () => {
  const { kernels: k, dispose } = backend();
  const x = k.tensor(new Float32Array(4 * 6), [4, 6]);
  for (const [model, classes] of [
    [new MLP(NET), 10],
    [new DomainMLP({ ...NET, nClasses: 3 }), 3],
    [new SingleHeadMLP(NET), 2],
  ] as const) {
    const out = model.forward(x);
    assert.deepEqual([out.shape, out.dtype], [[4, classes], 'float32']);
    dispose(out);
  }
  dispose(x);
});

test('the outputs are ReLU layers and a linear output layer, computed by hand', () => {
  const model = new MLP({ inputSize: 6, hidden: [7, 5], nClasses: 3, seed: 3 });
  const batch = randomBatch(4, 6, 3, undefined);
  const layers = model.layers() as Linear[];
  const byHand = Array.from({ length: 4 }, (_, row) => {
    let h = Array.from(batch.inputs.subarray(row * 6, row * 6 + 6));
    layers.forEach((layer, i) => {
      const [w, b] = layer.parameters().map((parameter) => parameter.data());
      const sums = Array.from({ length: layer.nOut }, (_, o) =>
        h.reduce((sum, value, j) => sum + value * w[j * layer.nOut + o], b[o]),
      );
      h = i < layers.length - 1 ? sums.map((value) => Math.max(0, value)) : sums;
    });
    return h;
  });
  logits(model, batch).forEach((row, i) => row.forEach((value, c) => assert.ok(Math.abs(value - byHand[i][c]) < 1e-5)));
});

test('inputs of a wrong shape are refused with the shape that is expected', () => {
  const { kernels: k, dispose } = backend();
  for (const shape of [[4, 5], [24], [1, 4, 6]]) {
    const x = k.tensor(new Float32Array(shape.reduce((a, b) => a * b)), shape);
    assert.throws(() => new MLP(NET).forward(x), /MLP: it takes rows of 6 numbers, got a tensor of shape/);
    dispose(x);
  }
});

test('unknown and impossible options are refused before anything is made', () => {
  for (const Network of [MLP, DomainMLP, SingleHeadMLP, MultiHeadMLP, ProgressiveNeuralNet]) {
    const refused = (options: object, reason: RegExp) => assert.throws(() => new Network(options), reason, Network.name);
    refused(
      { hiden: [8] },
      new RegExp(`${Network.name}: unknown option 'hiden'; known options: inputSize, inputShape, conv, hidden`),
    );
    refused({ hidden: [] }, /at least one hidden layer/);
    refused({ hidden: 256 }, /at least one hidden layer/);
    refused({ hidden: [8, 0] }, /hidden width must be a whole number of at least 1, got 0/);
    refused({ inputSize: -1 }, /inputSize must be/);
    refused({ seed: NaN }, /seed must be a whole number, got NaN/);
  }
  for (const Network of [MLP, DomainMLP, SingleHeadMLP]) assert.throws(() => new Network({ nClasses: 0 }), /nClasses must be/);
});

test('changing the array of widths afterwards does not change a network that still grows', () => {
  const hidden = [7, 5];
  const model = new ProgressiveNeuralNet({ inputSize: 6, hidden });
  hidden[0] = 99;
  model.addColumn(2);
  assert.equal(model.columns[0].own[0].nOut, 7);
});

test('a network of fixed outputs refuses a task whose classes it has no outputs for, and says what to make', () => {
  const model = new DomainMLP({ ...NET, nClasses: 4 });
  model.prepareTask(task(0, { classes: 4 }));
  assert.throws(
    () => model.prepareTask(task(1, { classes: 5 })),
    /DomainMLP: task 1 has class 4, but there are only 4 outputs; make it with nClasses: 5/,
  );
});

test('the parameters are counted: inputs × outputs and biases of every layer', () => {
  assert.equal(countParameters(new MLP({ nClasses: 2 })), 784 * 256 + 256 + 256 * 256 + 256 + 256 * 2 + 2);
  assert.equal(countParameters(new MLP({ nClasses: 2 }), 'frozen'), 0);
});

test('a model shows as one line with its sizes', () => {
  assert.equal(inspect(new MLP({ ...NET, nClasses: 2 })), 'MLP (101 parameters: hidden0 6×7, hidden1 7×5, head 5×2)');
});

test('making, using and disposing a model leaves no tensor behind', () => {
  const { tensorCount } = backend();
  const work = () => {
    const heads = new MultiHeadMLP(NET);
    heads.addTaskHead(2);
    heads.addTaskHead(3);
    const columns = new ProgressiveNeuralNet(NET);
    for (let id = 0; id < 3; id++) columns.prepareTask(task(id));
    logits(heads, randomBatch(4, 6, 2, Int32Array.of(0, 1, 1, 0)));
    logits(columns, randomBatch(4, 6, 2, 2));
    heads.dispose();
    columns.dispose();
  };
  work();
  const before = tensorCount();
  for (let i = 0; i < 5; i++) work();
  assert.equal(tensorCount(), before);
});
