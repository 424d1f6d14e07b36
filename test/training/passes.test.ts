import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Kernels, Value } from '../../src/backend';
import { EWC, ExperienceReplay, GEM, NaiveTrainer, PNNTrainer } from '../../src/methods';
import { meanCrossEntropy, Model } from '../../src/models';
import type { Layer } from '../../src/models';
import { Linear } from '../../src/models/layers/linear';
import { CLTrainer } from '../../src/training';
import type { TrainingBatch } from '../../src/training';
import { RandomStream } from '../../src/utils/random';
import { easyStream, smallModel } from '../methods/fixtures';

// Three tasks of 80 samples in batches of 12, the last of 8: 7 steps an epoch.
const OPTIONS = { epochs: 2, lr: 0.05, seed: 1 };
const { trainLoaders } = easyStream('class-incremental', 12);

async function passesOf(trainer: CLTrainer<object>, execution: 'op-by-op' | 'recorded', loaders = trainLoaders) {
  const totals: string[] = [];
  for (const loader of loaders) {
    await trainer.trainTask(loader, { execution });
    await trainer.consolidate(loader);
    totals.push(`${trainer.passes!.forward} ${trainer.passes!.backward}`);
  }
  return totals;
}

for (const execution of ['op-by-op', 'recorded'] as const) {
  test(`samples forward and backward are counted, the last smaller batches too: by hand, ${execution}`, async () => {
    const model = () => smallModel('SingleHeadMLP');
    assert.deepEqual(await passesOf(new NaiveTrainer(model(), OPTIONS), execution), ['160 160', '320 320', '480 480']);
    assert.deepEqual(await passesOf(new EWC(model(), OPTIONS), execution), ['160 160', '320 320', '480 480']);
    // From the second task on: 6 stored ones beside 12 new ones, 4 beside 8.
    const er = new ExperienceReplay(model(), { ...OPTIONS, capacity: 40, replayRatio: 0.5 });
    assert.deepEqual(await passesOf(er, execution), ['160 160', '400 400', '640 640']);
    // Each of 14 steps takes the gradients of one memory of 10, then of two.
    const gem = new GEM(model(), { ...OPTIONS, memoryPerTask: 10 });
    assert.deepEqual(await passesOf(gem, execution), ['160 160', '460 460', '900 900']);
  });
}

class Teacher extends CLTrainer {
  static override readonly recordable = true;
  private teacher: Model | undefined;
  protected override loss(k: Kernels, batch: TrainingBatch): Value {
    const own = meanCrossEntropy(k, this.model.logits(k, batch.x, batch.task), batch.y);
    return this.teacher ? k.add(own, k.scale(k.sum(this.teacher.logits(k, batch.x, batch.task)), 0)) : own;
  }
  protected override endTask(): void {
    this.teacher = this.model.clone();
    for (const parameter of this.teacher.parameters()) parameter.frozen = true;
  }
  protected override memoryState(): object {
    return {};
  }
}

test("a teacher's passes are forward only; columns of a progressive network count once", async () => {
  const counts = await passesOf(new Teacher(smallModel('SingleHeadMLP'), OPTIONS), 'op-by-op');
  assert.deepEqual(counts, ['160 160', '480 320', '800 480']);
  const tasks = easyStream('task-incremental', 12).trainLoaders;
  const pnn = await passesOf(new PNNTrainer(smallModel('ProgressiveNeuralNet') as never, OPTIONS), 'op-by-op', tasks);
  assert.deepEqual(pnn, ['160 160', '320 320', '480 480']);
});

class Bare extends Model {
  override readonly architecture = 'SingleHeadMLP';
  override readonly inputSize = 16;
  private readonly layer = new Linear('bare', 16, 6, new RandomStream(1, 'bare'));
  override layers(): Layer[] {
    return [this.layer];
  }
  override config(): object {
    return {};
  }
  override logits(k: Kernels, x: Value): Value {
    return this.layer.forward(k, x);
  }
}

test('a network of one’s own that does not count gives no number, not 0', async () => {
  const trainer = new NaiveTrainer(new Bare(), OPTIONS);
  await trainer.trainTask(trainLoaders[0], { execution: 'op-by-op' });
  assert.equal(trainer.passes, null);
});
