import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import * as tf from '@tensorflow/tfjs';
import { backend, initBackend } from '../../../src/backend';
import { diagonalFisher, type FisherLabels } from '../../../src/methods';
import { MLP, MultiHeadMLP, ProgressiveNeuralNet, SingleHeadMLP, type Model } from '../../../src/models';
import { RandomStream } from '../../../src/utils/random';
import { ScaledMLP } from '../../examples/scaledMlp';
import { hostGradients, logits, randomBatch, task, type HostBatch } from '../../models/fixtures';
import { mlpLogits, onDevice } from '../stock';

before(async () => {
  await initBackend();
});

const CLASSES = 3;
const NET = { inputSize: 6, hidden: [7, 5], nClasses: CLASSES, seed: 3 };
const NET_WITHOUT_CLASSES = { inputSize: 6, hidden: [7, 5], seed: 3 };

/**
 * Brute force: for each sample and each label one gradient by tfjs's automatic differentiation of log p(label | x), squared,
 * weighted with `weight(sample, label)`, averaged over the samples.
 */
function bruteForce(model: MLP, batch: HostBatch, weight: (sample: number, label: number) => number): Float64Array[] {
  const parameters = model.parameters();
  const sums = parameters.map((parameter) => new Float64Array(parameter.data().length));
  for (let n = 0; n < batch.n; n++) {
    for (let c = 0; c < CLASSES; c++) {
      if (weight(n, c) === 0) continue;
      tf.tidy(() => {
        const x = tf.tensor2d(batch.inputs.slice(n * 6, n * 6 + 6), [1, 6]);
        const logProbability = (...weights: tf.Tensor[]) => tf.logSoftmax(mlpLogits(weights, x)).slice([0, c], [1, 1]).asScalar();
        tf.grads(logProbability)(parameters.map(onDevice)).forEach((gradient, i) =>
          gradient.dataSync().forEach((value, j) => (sums[i][j] += (weight(n, c) * value ** 2) / batch.n)),
        );
      });
    }
  }
  return sums;
}

function probabilities(model: Model, batch: HostBatch): number[][] {
  return logits(model, batch).map((row) => {
    const exponentials = row.map(Math.exp);
    const total = exponentials.reduce((a, b) => a + b);
    return exponentials.map((value) => value / total);
  });
}

function fisher(model: Model, batch: HostBatch, which: FisherLabels, seed = 1) {
  return diagonalFisher(
    model,
    { images: batch.inputs, labels: batch.labels, task: batch.task as number },
    which,
    new RandomStream(seed),
  );
}

function assertEqual(model: Model, actual: ReturnType<typeof fisher>, expected: ArrayLike<number>[], tolerance = 1e-5): void {
  model.parameters().forEach((parameter, i) => {
    const own = actual.get(parameter)!;
    assert.equal(own.length, expected[i].length);
    own.forEach((value, j) =>
      assert.ok(Math.abs(value - expected[i][j]) <= tolerance, `${parameter.name}[${j}]: ${value}, ${expected[i][j]}`),
    );
    assert.ok(
      Array.from(expected[i]).some((value) => value > 100 * tolerance),
      `${parameter.name}: the reference is not all but zero`,
    );
  });
}

const model = new MLP(NET);
const batch = randomBatch(12, 6, CLASSES, undefined);

test('exact Fisher equals brute force over every sample and every class, weighted with the model’s probabilities', () => {
  const p = probabilities(model, batch);
  assertEqual(
    model,
    fisher(model, batch, 'exact'),
    bruteForce(model, batch, (n, c) => p[n][c]),
  );
});

test('the true-label ("empirical") Fisher equals brute force with the data’s labels', () => {
  assertEqual(
    model,
    fisher(model, batch, 'true'),
    bruteForce(model, batch, (n, c) => +(batch.labels[n] === c)),
  );
});

test('the argmax Fisher equals brute force with the model’s most likely labels', () => {
  const p = probabilities(model, batch);
  assertEqual(
    model,
    fisher(model, batch, 'argmax'),
    bruteForce(model, batch, (n, c) => +(p[n][c] === Math.max(...p[n]))),
  );
});

test('the sampled Fisher draws labels from the model: its mean over many draws is the exact one', () => {
  const exact = fisher(model, batch, 'exact');
  const draws = 400;
  const means = model.parameters().map((parameter) => new Float64Array(parameter.data().length));
  for (let seed = 0; seed < draws; seed++) {
    const one = fisher(model, batch, 'sampled', seed);
    model.parameters().forEach((parameter, i) => one.get(parameter)!.forEach((value, j) => (means[i][j] += value / draws)));
  }
  const total = (values: ArrayLike<number>[]) =>
    values.reduce((sum, list) => sum + Array.from(list).reduce((a, b) => a + b, 0), 0);
  const gap = total(means.map((mean, i) => mean.map((value, j) => Math.abs(value - exact.get(model.parameters()[i])![j]))));
  assert.ok(gap < 0.08 * total([...exact.values()]), `differs by ${gap} of ${total([...exact.values()])}`);
});

test('the sampled Fisher of a sure model is that of its labels', () => {
  const sure = new MLP(NET);
  sure.head.bias!.set(Float32Array.of(0, 50, 0));
  const labelled = { ...batch, labels: new Int32Array(12).fill(1) };
  const [sampled, labels] = [fisher(sure, labelled, 'sampled'), fisher(sure, labelled, 'true')];
  for (const parameter of sure.parameters()) assert.deepEqual(sampled.get(parameter), labels.get(parameter));
});

test('gradients are squared per sample and then averaged: the Fisher of two opposite samples does not cancel', () => {
  const opposite = {
    ...batch,
    n: 2,
    inputs: Float32Array.of(...batch.inputs.slice(0, 6), ...batch.inputs.slice(0, 6)),
    labels: Int32Array.of(0, 1),
  };
  const one = (label: number) =>
    fisher(model, { ...opposite, n: 1, inputs: opposite.inputs.slice(0, 6), labels: Int32Array.of(label) }, 'true');
  const [both, first, second] = [fisher(model, opposite, 'true'), one(0), one(1)];
  const mean = model
    .parameters()
    .map((parameter) => first.get(parameter)!.map((value, i) => (value + second.get(parameter)![i]) / 2));
  assertEqual(model, both, mean, 1e-6);
});

test('EWC penalty shape: one entry for each weight of every parameter that takes part, none for the rest', () => {
  const heads = new MultiHeadMLP(NET_WITHOUT_CLASSES);
  heads.addTaskHead(2);
  heads.addTaskHead(CLASSES);
  const columns = new ProgressiveNeuralNet(NET_WITHOUT_CLASSES);
  columns.prepareTask(task(1, { classes: CLASSES }));
  const grown = new SingleHeadMLP(NET_WITHOUT_CLASSES);
  grown.expandHead(1);
  const others = { heads: /head0/, columns: /column0/, grown: /nothing/ };
  for (const [name, network] of Object.entries({ heads, columns, grown })) {
    const found = fisher(network, randomBatch(4, 6, 2, 1), 'exact');
    const expected = network.parameters().filter((parameter) => !others[name as keyof typeof others].test(parameter.name));
    assert.deepEqual(new Set(found.keys()), new Set(expected));
    for (const [parameter, values] of found) assert.equal(values.length, parameter.data().length);
  }
});

/** A network whose scales are used elementwise, so that their gradients do not come as factors. */
const scaled = () => new ScaledMLP({ inputSize: 6, width: 7, nClasses: CLASSES, seed: 3 });
const WEIGHTS: Record<Exclude<FisherLabels, 'sampled'>, (p: number[], label: number, own: number) => number> = {
  exact: (p, label) => p[label],
  argmax: (p, label) => +(p[label] === Math.max(...p)),
  true: (_, label, own) => +(label === own),
};

for (const [which, weight] of Object.entries(WEIGHTS)) {
  test(`the ${which} Fisher of a network without factors, a pass a sample, equals brute force, and leaves nothing behind`, () => {
    const network = scaled();
    const p = probabilities(network, batch);
    fisher(network, batch, which as FisherLabels); // constants of the backend are made once
    const before = backend().tensorCount();
    const found = fisher(network, batch, which as FisherLabels);
    assert.equal(backend().tensorCount(), before);
    const sums = new Map(network.parameters().map((parameter) => [parameter, new Float64Array(parameter.data().length)]));
    for (let n = 0; n < batch.n; n++) {
      for (let c = 0; c < CLASSES; c++) {
        const one = { n: 1, inputs: batch.inputs.slice(n * 6, n * 6 + 6), labels: Int32Array.of(c), task: undefined };
        const share = weight(p[n], c, batch.labels[n]) / batch.n;
        for (const [of, gradient] of hostGradients(network, one).gradients) {
          gradient.forEach((g, at) => (sums.get(of)![at] += share * g * g));
        }
      }
    }
    assertEqual(network, found, [...sums.values()], 1e-6);
  });
}

test('the sampled Fisher of a sure network without factors is that of its labels', () => {
  const sure = scaled();
  sure
    .layers()[2]
    .parameters()[1]
    .set(Float32Array.of(0, 50, 0));
  const labelled = { ...batch, labels: new Int32Array(12).fill(1) };
  const [sampled, labels] = [fisher(sure, labelled, 'sampled'), fisher(sure, labelled, 'true')];
  for (const parameter of sure.parameters()) assert.deepEqual(sampled.get(parameter), labels.get(parameter));
});
