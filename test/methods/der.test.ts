import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { initBackend, unpackedFloats, type Kernels, type Value } from '../../src/backend';
import { DER } from '../../src/methods';
import type { SlotMemoryState } from '../../src/methods/parts/slotMemory';
import type { TrainingBatch } from '../../src/training';
import { hostLoss, logits, type HostBatch } from '../models/fixtures';
import { easyStream, smallModel, wholeTask } from './fixtures';
import { checkGradient, lossOf } from './stepLoss';

before(async () => {
  await initBackend('native');
});

class Open extends DER {
  lossOf(k: Kernels, batch: TrainingBatch): Value {
    return this.loss(k, batch);
  }
  saved(): SlotMemoryState {
    return this.memoryState();
  }
}

for (const [scenario, architecture] of [
  ['class-incremental', 'SingleHeadMLP'],
  ['task-incremental', 'MultiHeadMLP'],
] as const) {
  test(`${scenario}: loss and gradient are those of the formula`, async () => {
    const { trainLoaders } = easyStream(scenario);
    const model = smallModel(architecture);
    const trainer = new Open(model, { epochs: 2, lr: 0.05, seed: 1, capacity: 30, alpha: 0.7, beta: 0.4 });
    for (const loader of trainLoaders.slice(0, 2)) {
      await trainer.trainTask(loader);
      await trainer.consolidate(loader);
    }
    const batch = wholeTask(trainLoaders[1]);
    const { images, labels, tasks } = trainer.memory.content();
    const rows = (slots: number[]): HostBatch => ({
      n: slots.length,
      inputs: Float32Array.from(slots.flatMap((slot) => Array.from(images.subarray(slot * 16, (slot + 1) * 16)))),
      labels: Int32Array.from(slots, (slot) => labels[slot]),
      task: scenario === 'task-incremental' ? Int32Array.from(slots, (slot) => tasks[slot]) : undefined,
    });
    const drawn = { replay0: [3, 7, 11, 2], replay1: [1, 20, 29] };
    const { logits: saved, width } = trainer.saved();
    const z = unpackedFloats('test', saved!);
    assert.equal(width, scenario === 'class-incremental' ? 4 : 2);
    const gaps = logits(model, rows(drawn.replay0)).map((row, i) =>
      row.reduce((sum, value, c) => sum + (value - z[drawn.replay0[i] * width + c]) ** 2 / width, 0),
    );
    const distance = gaps.reduce((a, b) => a + b) / gaps.length;
    const expected = hostLoss(model, batch) + 0.7 * distance + 0.4 * hostLoss(model, rows(drawn.replay1));
    assert.ok(distance > 0.01, `${distance}`);
    assert.ok(Math.abs(lossOf(trainer, batch, drawn) - expected) < 1e-4 * expected);
    checkGradient(trainer, batch, drawn, [batch, rows(drawn.replay0), rows(drawn.replay1)]);
  });
}

test('the outputs stored are those before the step that the sample came with', async () => {
  const [loader] = easyStream('class-incremental', 80).trainLoaders; // one batch
  const model = smallModel('SingleHeadMLP');
  const trainer = new Open(model, { epochs: 1, lr: 0.5, seed: 1, capacity: 100 });
  model.prepareTask(loader.task);
  const before = model.clone();
  await trainer.trainTask(loader);
  const { images, labels } = trainer.memory.content();
  const now = logits(before, { n: 80, inputs: images, labels, task: undefined });
  const z = unpackedFloats('test', trainer.saved().logits!);
  now.flat().forEach((value, i) => assert.ok(Math.abs(value - z[i]) < 1e-5));
  const after = logits(model, { n: 80, inputs: images, labels, task: undefined }).flat();
  assert.ok(after.some((value, i) => Math.abs(value - z[i]) > 0.1));
});

test('β makes DER++, with a second draw; negative weights are refused', () => {
  assert.equal(new DER(smallModel('DomainMLP')).method, 'der');
  assert.equal(new DER(smallModel('DomainMLP'), { beta: 0.1 }).method, 'derpp');
  assert.throws(() => new DER(smallModel('DomainMLP'), { alpha: -1 }), /DER: alpha must be a number of at least 0/);
});
