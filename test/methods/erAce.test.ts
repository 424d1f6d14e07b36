import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { initBackend, type Kernels, type Value } from '../../src/backend';
import { ERACE } from '../../src/methods';
import type { TrainingBatch } from '../../src/training';
import { hostLoss, logits } from '../models/fixtures';
import { easyStream, smallModel, wholeTask } from './fixtures';
import { checkGradient, lossOf } from './stepLoss';

before(async () => {
  await initBackend('native');
});

class Open extends ERACE {
  lossOf(k: Kernels, batch: TrainingBatch): Value {
    return this.loss(k, batch);
  }
}

test('new samples compete with the classes of their batch only, stored ones with all; gradient as finite differences', async () => {
  const { trainLoaders } = easyStream('class-incremental');
  const model = smallModel('SingleHeadMLP');
  const trainer = new Open(model, { epochs: 2, lr: 0.05, seed: 1, capacity: 30 });
  for (const loader of trainLoaders.slice(0, 2)) {
    await trainer.trainTask(loader);
    await trainer.consolidate(loader);
  }
  const batch = wholeTask(trainLoaders[1]); // labels 2 and 3
  const own = logits(model, batch).map((row, i) => {
    const among = row.slice(2, 4).map(Math.exp);
    return -Math.log(among[batch.labels[i] - 2] / (among[0] + among[1]));
  });
  const { images, labels } = trainer.memory.content();
  const slots = [2, 9, 17, 28];
  const stored = {
    n: 4,
    inputs: Float32Array.from(slots.flatMap((slot) => Array.from(images.subarray(slot * 16, (slot + 1) * 16)))),
    labels: Int32Array.from(slots, (slot) => labels[slot]),
    task: undefined,
  };
  const expected = own.reduce((a, b) => a + b) / own.length + hostLoss(model, stored);
  assert.ok(Math.abs(lossOf(trainer, batch, { replay0: slots }) - expected) < 1e-4 * expected);
  checkGradient(trainer, batch, { replay0: slots }, [batch, stored]);
});
