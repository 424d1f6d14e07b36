import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { initBackend } from '../../src/backend';
import { DomainMLP, MLP, MultiHeadMLP, ProgressiveNeuralNet, SingleHeadMLP, type Model } from '../../src/models';
import { activeUnits, hostGradients, hostLoss, randomBatch, task, type HostBatch } from './fixtures';

// Run on native by the test runner and on wasm by `test/backend/wasm.test.ts`.
before(async () => {
  await initBackend();
});

const NET = { inputSize: 6, hidden: [7, 5], seed: 3 };
const STEP = 4e-3;

/**
 * Every entry of every gradient against (L(θ + h) − L(θ − h)) / 2h. Steps that switch a ReLU on or off are left out: there the
 * loss has a kink and no derivative.
 */
function checkGradients(model: Model, batch: HostBatch): void {
  const { loss, gradients } = hostGradients(model, batch);
  assert.ok(Math.abs(loss - hostLoss(model, batch)) < 1e-5, 'the loss of the training step is the mean cross-entropy');
  const pattern = activeUnits(model, batch);
  let checked = 0;
  for (const [parameter, gradient] of gradients) {
    const original = parameter.data() as Float32Array;
    for (let i = 0; i < original.length; i++) {
      const [up, down] = [STEP, -STEP].map((change) => {
        parameter.set(original.map((value, j) => (i === j ? value + change : value)));
        return activeUnits(model, batch) === pattern ? hostLoss(model, batch) : NaN;
      });
      const slope = (up - down) / (2 * STEP);
      if (Number.isNaN(slope)) continue;
      checked++;
      assert.ok(Math.abs(slope - gradient[i]) < 3e-4, `${parameter.name}[${i}]: ${gradient[i]}, finite difference ${slope}`);
    }
    parameter.set(original);
  }
  const all = [...gradients.values()].reduce((sum, gradient) => sum + gradient.length, 0);
  assert.ok(checked > 0.7 * all, `only ${checked} of ${all} entries could be checked`);
}

test('gradients of MLP, DomainMLP and a grown SingleHeadMLP equal finite differences', () => {
  checkGradients(new MLP({ ...NET, nClasses: 3 }), randomBatch(8, 6, 3, undefined));
  checkGradients(new DomainMLP({ ...NET, nClasses: 4 }), randomBatch(8, 6, 4, undefined, 2));
  const growing = new SingleHeadMLP(NET);
  growing.expandHead(2);
  checkGradients(growing, randomBatch(8, 6, 4, undefined, 3));
});

test('gradients of MultiHeadMLP through one head equal finite differences', () => {
  const model = new MultiHeadMLP(NET);
  model.addTaskHead(2);
  model.addTaskHead(3);
  checkGradients(model, randomBatch(8, 6, 3, 1));
});

test('gradients of a batch that mixes tasks equal finite differences, with heads of one width and of several', () => {
  for (const widths of [
    [2, 2],
    [3, 2, 4],
  ]) {
    const model = new MultiHeadMLP(NET);
    widths.forEach((width) => model.addTaskHead(width));
    const tasks = Int32Array.from({ length: 10 }, (_, i) => i % widths.length);
    const batch = randomBatch(10, 6, 2, tasks, 4);
    batch.labels = tasks.map((id, i) => i % widths[id]);
    checkGradients(model, batch);
  }
});

const IMAGES = { inputShape: [5, 4, 2], hidden: [6], seed: 3 };

test('gradients of a convolutional trunk equal finite differences: max, mean and no pooling, with and without hidden layers', () => {
  const block = (pool: 'max' | 'mean' | 'none', kernel = 3) => ({ filters: 3, kernel, pool });
  for (const [conv, hidden] of [
    [[block('max')], [6]],
    [[block('mean', 2)], [6]],
    [[block('none', 1), block('max')], []],
    [
      [block('mean'), block('none')],
      [5, 4],
    ],
  ] as const) {
    checkGradients(new DomainMLP({ ...IMAGES, conv, hidden, nClasses: 3 }), randomBatch(5, 40, 3, undefined));
  }
});

test('gradients of a convolutional trunk under heads, rows of several tasks, and under a grown head equal finite differences', () => {
  const conv = [{ filters: 3 }];
  const heads = new MultiHeadMLP({ ...IMAGES, conv });
  [2, 3].forEach((width) => heads.addTaskHead(width));
  checkGradients(heads, randomBatch(6, 40, 2, Int32Array.of(0, 1, 1, 0, 1, 0)));
  const growing = new SingleHeadMLP({ ...IMAGES, conv });
  growing.expandHead(2);
  checkGradients(growing, randomBatch(6, 40, 4, undefined));
});

test('gradients of the third column of a ProgressiveNeuralNet, laterals included, equal finite differences', () => {
  const model = new ProgressiveNeuralNet(NET);
  for (let id = 0; id < 3; id++) model.prepareTask(task(id, { classes: 3 }));
  const { gradients } = hostGradients(model, randomBatch(8, 6, 3, 2));
  assert.equal([...gradients.keys()].filter(({ name }) => name.includes('lateral')).length, 2);
  checkGradients(model, randomBatch(8, 6, 3, 2));
});
