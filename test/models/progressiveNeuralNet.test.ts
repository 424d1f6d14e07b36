import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { backend, initBackend } from '../../src/backend';
import { countParameters, ProgressiveNeuralNet } from '../../src/models';
import { hostGradients, logits, randomBatch, task } from './fixtures';

before(async () => {
  await initBackend();
});

function network(...classes: number[]): ProgressiveNeuralNet {
  const model = new ProgressiveNeuralNet({ inputSize: 6, hidden: [7, 5], seed: 3 });
  classes.forEach((n) => model.addColumn(n));
  return model;
}

test('add columns: each task gets a column with laterals from all earlier ones, into the output layer too', () => {
  const model = network(2, 3, 2);
  assert.deepEqual(
    model.columns.map((column) => column.laterals.map((layer) => layer.weight.shape)),
    [
      [],
      [
        [7, 5],
        [5, 3],
      ],
      [
        [14, 5],
        [10, 2],
      ],
    ],
  );
  assert.deepEqual(
    model.columns.map(({ nClasses }) => nClasses),
    [2, 3, 2],
  );
  assert.deepEqual(
    logits(model, randomBatch(4, 6, 2, 1)).map((row) => row.length),
    [3, 3, 3, 3],
  );
});

test('the columns compute h_i = ReLU(h_{i−1}·W_i + b_i + Σ_j h_{i−1}^(j)·U_i^(j)), eq. 1 of Rusu et al. 2016, by hand', () => {
  const model = network(2, 3, 2);
  const { inputs } = randomBatch(1, 6, 2, 2);
  const activations: number[][][] = []; // column → level → units
  for (const column of model.columns) {
    const levels = [Array.from(inputs)];
    column.own.forEach((layer, i) => {
      const [w, b] = layer.parameters().map((parameter) => parameter.data());
      const earlier = i === 0 ? [] : activations.flatMap((levelsOf) => levelsOf[i]);
      const u = i === 0 || column.id === 0 ? undefined : column.laterals[i - 1].weight.data();
      const sums = Array.from({ length: layer.nOut }, (_, o) => {
        const own = levels[i].reduce((sum, value, j) => sum + value * w[j * layer.nOut + o], b[o]);
        return earlier.reduce((sum, value, j) => sum + value * u![j * layer.nOut + o], own);
      });
      levels.push(i < column.own.length - 1 ? sums.map((value) => Math.max(0, value)) : sums);
    });
    activations.push(levels);
  }
  activations.forEach((levels, id) =>
    logits(model, randomBatch(1, 6, 2, id))[0].forEach((value, c) =>
      assert.ok(Math.abs(value - levels[3][c]) < 1e-5, `column ${id}`),
    ),
  );
});

test('lateral connections: zeroing those into any one layer changes the output', () => {
  const batch = randomBatch(4, 6, 2, 1);
  for (const layer of [0, 1]) {
    const model = network(2, 2);
    const before = logits(model, batch);
    const { weight } = model.columns[1].laterals[layer];
    weight.set(new Float32Array(weight.data().length));
    assert.notDeepEqual(logits(model, batch), before);
  }
});

test('a new column leaves the outputs of earlier columns as they are, bit for bit', () => {
  const model = network(2);
  const before = logits(model, randomBatch(4, 6, 2, 0));
  model.addColumn(3);
  assert.deepEqual(logits(model, randomBatch(4, 6, 2, 0)), before);
});

test('freeze column: its parameters count as frozen, those of others do not', () => {
  const model = network(2, 2);
  model.freezeColumn(0);
  assert.deepEqual(
    model.columns.map(({ frozen }) => frozen),
    [true, false],
  );
  assert.ok(model.columns[0].layers().every((layer) => layer.parameters().every(({ frozen }) => frozen)));
  const first = 6 * 7 + 7 + 7 * 5 + 5 + 5 * 2 + 2;
  assert.equal(countParameters(model, 'frozen'), first);
  assert.equal(countParameters(model, 'trainable'), first + 7 * 5 + 5 * 2);
  assert.throws(() => model.freezeColumn(2), /no column for task 2; columns: 0 to 1/);
});

test('only the task’s own column gets gradients, its laterals included', () => {
  const model = network(2, 2, 2);
  const names = [...hostGradients(model, randomBatch(4, 6, 2, 1)).gradients.keys()].map(({ name }) => name);
  assert.equal(names.length, model.columns[1].layers().flatMap((layer) => layer.parameters()).length);
  assert.ok(names.every((name) => name.startsWith('column1/')));
});

test('preparing a task adds columns up to it once and freezes the earlier ones', () => {
  const model = network();
  model.prepareTask(task(2));
  model.prepareTask(task(2));
  assert.deepEqual(
    model.columns.map(({ frozen }) => frozen),
    [true, true, false],
  );
  assert.throws(() => model.prepareTask(task(2, { classes: 3 })), /column 2 has 2 outputs, but task 2 has 3 classes/);
});

test('wrong task id raises, and so do rows of several tasks in one batch', () => {
  const { kernels: k, dispose } = backend();
  const x = k.tensor(new Float32Array(6), [1, 6]);
  for (const id of [1, -1, undefined])
    assert.throws(() => network(2).forward(x, id), /no column for task .*; columns: 0 to 0; add one/);
  assert.throws(() => network().forward(x, 0), /columns: none yet/);
  assert.throws(
    () => logits(network(2, 2), randomBatch(2, 6, 2, Int32Array.of(0, 1))),
    /rows of several tasks in one batch; replay needs/,
  );
  dispose(x);
});
