import { backend, initBackend } from '../backend';
import type { Value } from '../backend';
import { Tape } from '../autodiff';
import type { TaskLoader } from '../data/loader';
import { Linear } from '../models/layers/linear';
import { meanCrossEntropy } from '../models';
import type { Model } from '../models';
import { SGD } from '../training';
import type { TaskLoaders } from '../training';
import { rowsOf } from '../training/evaluation';
import { checkNumber, problem, shown, withDefaults } from '../utils/errors';
import { getSeed, RandomStream } from '../utils/random';
import { checkLoaders } from './checkParts';

/** Options of `linearProbe`. */
export interface LinearProbeOptions {
  /** Passes over the training data; default 20. */
  epochs?: number;
  /** Learning rate of SGD with momentum 0.9; default 0.01. Features are standardised first. */
  lr?: number;
  /** Samples a batch; default 128. */
  batchSize?: number;
  /** Seed of initial weights and order; default the one of `setSeed` (42). */
  seed?: number;
}

/** How well the classes can be told apart by what the last layer of a network sees. */
export interface LinearProbe {
  /** Accuracy of the probe on the test data of each task, in [0, 1]. */
  readonly byTask: number[];
  /** Their mean. */
  readonly mean: number;
}

/**
 * Linear probe on frozen features: a linear classifier is trained on the features of a network (what its last layer sees) with the
 * training data of all tasks together, and tested on the test data of each. It tells what the network still sees from what only
 * its output layer forgot. The network is not changed.
 *
 * @param model a network that says what its features are: `MLP` and its kin, `MultiHeadMLP`
 * @param stream one whose classes have labels of their own: class- or domain-incremental
 * @throws for task-incremental streams, whose tasks use the same labels for other classes, and for networks without features
 *
 * Source: Alain & Bengio 2016, "Understanding intermediate layers using linear classifier probes"; for continual learning Davari
 * et al. 2022, "Probing representation forgetting in supervised and unsupervised continual learning".
 */
export async function linearProbe(model: Model, stream: TaskLoaders, options: LinearProbeOptions = {}): Promise<LinearProbe> {
  const subject = 'linearProbe';
  const { epochs, lr, batchSize, seed } = withDefaults<Required<LinearProbeOptions>>(subject, options, {
    epochs: 20,
    lr: 0.01,
    batchSize: 128,
    seed: getSeed(),
  });
  checkNumber(subject, 'epochs', epochs, { min: 1, integer: true });
  checkNumber(subject, 'lr', lr, { min: 0 });
  checkNumber(subject, 'batchSize', batchSize, { min: 1, integer: true });
  checkNumber(subject, 'seed', seed, { integer: true });
  if (typeof model?.parameters !== 'function') throw problem(subject, `the model is ${shown(model)}`, 'pass (model, stream)');
  checkLoaders(subject, stream, ['trainLoaders', 'testLoaders']);
  const { trainLoaders, testLoaders } = stream;
  if (trainLoaders[0].task.scenario === 'task-incremental') {
    const reason = 'tasks of a task-incremental stream use the same labels for other classes';
    throw problem(subject, reason, 'make the same stream with scenario: class-incremental and probe with that');
  }
  await initBackend();
  const train = await featuresOf(model, trainLoaders);
  const scale = standardiser(train);
  const classes = Math.max(...trainLoaders.flatMap(({ task }) => task.classes)) + 1;
  const probe = new Linear('probe', train.width, classes, new RandomStream(seed, 'linear-probe'));
  try {
    fit(probe, train, scale, { epochs, lr, batchSize, seed });
    const byTask: number[] = [];
    for (const loader of testLoaders) byTask.push(score(probe, await featuresOf(model, [loader]), scale));
    return { byTask, mean: byTask.reduce((sum, accuracy) => sum + accuracy, 0) / byTask.length };
  } finally {
    probe.parameters().forEach((parameter) => parameter.dispose());
  }
}

/** Features row after row, [n, width], with their labels. */
interface Features {
  readonly rows: Float32Array;
  readonly labels: Int32Array;
  readonly width: number;
}

async function featuresOf(model: Model, loaders: readonly TaskLoader[]): Promise<Features> {
  const labels = loaders.flatMap((loader) => [...loader.labels()]);
  const parts: Float32Array[] = [];
  for (const loader of loaders) parts.push(await rowsOf((k, x) => model.features(k, x), loader));
  const rows = new Float32Array(parts.reduce((total, { length }) => total + length, 0));
  let start = 0;
  for (const part of parts) {
    rows.set(part, start);
    start += part.length;
  }
  return { rows, labels: Int32Array.from(labels), width: rows.length / labels.length };
}

type Scaler = (row: Float32Array) => Float32Array;

/** Subtracts the mean of each feature and divides by its deviation, both of the training data; a feature that never changes is 0. */
function standardiser({ rows, labels, width }: Features): Scaler {
  const n = labels.length;
  const [mean, square] = [new Float64Array(width), new Float64Array(width)];
  rows.forEach((value, i) => (mean[i % width] += value / n));
  rows.forEach((value, i) => (square[i % width] += (value - mean[i % width]) ** 2 / n));
  const factor = square.map((variance) => (variance > 1e-12 ? 1 / Math.sqrt(variance) : 0));
  return (part) => part.map((value, i) => (value - mean[i % width]) * factor[i % width]);
}

function fit(probe: Linear, { rows, labels, width }: Features, scale: Scaler, how: Required<LinearProbeOptions>): void {
  const { epochs, lr, batchSize, seed } = how;
  const { kernels, scope } = backend();
  const optimizer = new SGD({ lr, momentum: 0.9 });
  const scaled = scale(rows);
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = new RandomStream(seed, `linear-probe/epoch ${epoch}`).permutation(labels.length);
    for (let start = 0; start < order.length; start += batchSize) {
      const places = order.subarray(start, start + batchSize);
      const x = new Float32Array(places.length * width);
      places.forEach((place, i) => x.set(scaled.subarray(place * width, (place + 1) * width), i * width));
      scope(() => {
        const tape = new Tape(kernels);
        const logits = probe.forward(tape, kernels.tensor(x, [places.length, width]));
        const y = kernels.tensor(
          Int32Array.from(places, (place) => labels[place]),
          [places.length],
        );
        optimizer.step(kernels, tape.gradients(meanCrossEntropy(tape, logits, y)));
      });
    }
  }
  optimizer.dispose();
}

function score(probe: Linear, { rows, labels, width }: Features, scale: Scaler): number {
  const { kernels: k, scope, toHost, dispose } = backend();
  const count: Value = scope(() => {
    const answers = k.argMax(probe.forward(k, k.tensor(scale(rows), [labels.length, width])));
    return k.countEqual(answers, k.tensor(labels, [labels.length]));
  });
  const [correct] = toHost(count);
  dispose(count);
  return correct / labels.length;
}
