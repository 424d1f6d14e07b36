import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { backend, initBackend } from '../../src/backend';
import { MultiHeadMLP, ProgressiveNeuralNet, SingleHeadMLP, type Model } from '../../src/models';
import { logits, randomBatch, task } from './fixtures';

before(async () => {
  await initBackend('native');
});

const NET = { inputSize: 6, hidden: [7, 5], seed: 3 };

test('the features are what the output layer sees', () => {
  const { kernels: k, scope, toHost } = backend();
  for (const model of [new SingleHeadMLP(NET), new MultiHeadMLP(NET)]) {
    model.prepareTask(task(0));
    const batch = randomBatch(3, 6, 2, 0);
    const features = scope(() => Array.from(toHost(model.features(k, k.tensor(batch.inputs, [3, 6])))));
    assert.equal(features.length, 3 * 5);
    const [weight, bias] = model.parameters().slice(-2).map((parameter) => parameter.data()); // prettier-ignore
    logits(model, batch).forEach((row, n) => {
      row.forEach((value, c) => {
        const sum = [0, 1, 2, 3, 4].reduce((all, j) => all + features[n * 5 + j] * weight[j * 2 + c], bias[c]);
        assert.ok(Math.abs(sum - value) < 1e-5);
      });
    });
  }
});

test('a network that does not say what its features are refuses to give them', () => {
  const { kernels: k } = backend();
  const model: Model = new ProgressiveNeuralNet(NET);
  assert.throws(
    () => model.features(k, k.tensor(new Float32Array(6), [1, 6])),
    /ProgressiveNeuralNet: it does not say what its features are/,
  );
});
