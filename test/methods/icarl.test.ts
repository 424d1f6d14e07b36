import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { backend, initBackend, type Kernels, type Value } from '../../src/backend';
import type { TaskLoader } from '../../src/data/loader';
import { ICaRL } from '../../src/methods';
import { herding } from '../../src/methods/parts/herding';
import type { TrainingBatch, TrainingData } from '../../src/training';
import { logits } from '../models/fixtures';
import { easyStream, smallModel, wholeTask } from './fixtures';
import { checkGradient, lossOf } from './stepLoss';

before(async () => {
  await initBackend('native');
});

class Open extends ICaRL {
  lossOf(k: Kernels, batch: TrainingBatch): Value {
    return this.loss(k, batch);
  }
  data(loader: TaskLoader): TrainingData {
    return this.trainingData(loader);
  }
  answersTo(images: Float32Array): number[] {
    const { kernels: k, scope, toHost } = backend();
    return scope(() => Array.from(toHost(k.argMax(this.scores(k, k.tensor(images, [images.length / 16, 16]), undefined)))));
  }
}

/** After two tasks, the model ready for the third. */
async function learnt() {
  const { trainLoaders } = easyStream('class-incremental');
  const model = smallModel('SingleHeadMLP');
  const trainer = new Open(model, { epochs: 4, lr: 0.05, seed: 1, capacity: 24 });
  for (const loader of trainLoaders.slice(0, 2)) {
    await trainer.trainTask(loader);
    await trainer.consolidate(loader);
  }
  return { model, trainer, trainLoaders };
}

test('as many exemplars of each class, those of the newest by herding, those of earlier ones the first they had', async () => {
  const { trainLoaders } = easyStream('class-incremental');
  const trainer = new Open(smallModel('SingleHeadMLP'), { epochs: 4, lr: 0.05, seed: 1, capacity: 24 });
  await trainer.trainTask(trainLoaders[0]);
  await trainer.consolidate(trainLoaders[0]);
  const before = [0, 1].map((label) => trainer.exemplars.imagesOf(label));
  assert.deepEqual(before.map(({ length }) => length / 16), [12, 12]); // prettier-ignore
  await trainer.trainTask(trainLoaders[1]);
  await trainer.consolidate(trainLoaders[1]);
  for (const label of [0, 1]) assert.deepEqual(trainer.exemplars.imagesOf(label), before[label].slice(0, 6 * 16));
  const labels = trainLoaders[1].labels();
  const samples = Int32Array.from(labels.keys()).filter((sample) => labels[sample] === 3);
  const { images } = trainLoaders[1].hostData(samples);
  const chosen = herding(trainer.exemplars.features(images), 12, 6);
  assert.deepEqual(
    Array.from(trainer.exemplars.imagesOf(3)),
    chosen.flatMap((row) => Array.from(images.subarray(row * 16, (row + 1) * 16))),
  );
});

test('a sample is answered by the nearest mean of normalised features', async () => {
  const { trainer, trainLoaders } = await learnt();
  const { images } = trainLoaders[0].hostData();
  const features = trainer.exemplars.features(images);
  const means = [0, 1, 2, 3].map((label) => {
    const own = trainer.exemplars.features(trainer.exemplars.imagesOf(label));
    const mean = Array.from({ length: 12 }, (_, j) => Array.from(own).filter((_, i) => i % 12 === j).reduce((a, b) => a + b)); // prettier-ignore
    return mean.map((value) => value / (Math.hypot(...mean) || 1));
  });
  const expected = Array.from({ length: 80 }, (_, i) => {
    const distances = means.map((mean) => Math.hypot(...mean.map((value, j) => value - features[i * 12 + j])));
    return distances.indexOf(Math.min(...distances));
  });
  assert.deepEqual(trainer.answersTo(images), expected);
  assert.ok(new Set(expected).size > 1);
});

test('the loss is a binary cross-entropy a class, with the old network’s outputs for old classes; gradient as finite differences', async () => {
  const { model, trainer, trainLoaders } = await learnt();
  const teacher = model.clone();
  model.prepareTask(trainLoaders[2].task);
  for (const parameter of model.parameters()) parameter.set(parameter.data().map((value, i) => value + 0.02 * Math.sin(i)));
  const batch = wholeTask(trainLoaders[2]);
  const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));
  const old = logits(teacher, batch);
  const losses = logits(model, batch).map((row, i) =>
    row.reduce((sum, z, c) => {
      const t = c < 4 ? sigmoid(old[i][c]) : Number(c === batch.labels[i]);
      return sum - t * Math.log(sigmoid(z)) - (1 - t) * Math.log(1 - sigmoid(z));
    }, 0),
  );
  const expected = losses.reduce((a, b) => a + b) / losses.length;
  assert.ok(Math.abs(lossOf(trainer, batch, {}) - expected) < 1e-4 * expected);
  checkGradient(trainer, batch, {}, [batch]);
});

test('a task is learnt along with all exemplars', async () => {
  const { trainer, trainLoaders } = await learnt();
  const data = trainer.data(trainLoaders[2]);
  assert.equal(data.size, 80 + 24);
  const labels = data.labels();
  assert.deepEqual([...new Set(labels.slice(80))], [0, 1, 2, 3]);
  const out = new Float32Array(8 * 16);
  data.fill(out, 76, 8);
  const own = trainLoaders[2].hostData(Int32Array.of(76, 77, 78, 79)).images;
  assert.deepEqual(out, Float32Array.from([...own, ...trainer.exemplars.imagesOf(0).slice(0, 64)]));
});
