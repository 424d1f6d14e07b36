import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { initBackend, type Kernels, type Value } from '../../src/backend';
import { MIR } from '../../src/methods';
import { largest } from '../../src/methods/mir';
import type { TrainingBatch } from '../../src/training';
import { hostGradients, hostLoss, type HostBatch } from '../models/fixtures';
import { easyStream, smallModel, wholeTask } from './fixtures';
import { checkGradient, lossOf } from './stepLoss';

before(async () => {
  await initBackend('native');
});

class Open extends MIR {
  lossOf(k: Kernels, batch: TrainingBatch): Value {
    return this.loss(k, batch);
  }
}

for (const [scenario, architecture] of [
  ['class-incremental', 'SingleHeadMLP'],
  ['task-incremental', 'MultiHeadMLP'],
] as const) {
  test(`${scenario}: of the candidates those are learnt whose loss a step on the batch alone would raise most`, async () => {
    const { trainLoaders } = easyStream(scenario);
    const model = smallModel(architecture);
    const lr = 0.05;
    const trainer = new Open(model, { epochs: 2, lr, seed: 1, capacity: 30, replayRatio: 0.05, candidates: 3 });
    for (const loader of trainLoaders.slice(0, 2)) {
      await trainer.trainTask(loader);
      await trainer.consolidate(loader);
    }
    const batch = wholeTask(trainLoaders[1]); // 80 samples: 4 replayed
    const candidates = [0, 2, 5, 8, 11, 13, 17, 19, 22, 24, 27, 29];
    const { images, labels, tasks } = trainer.memory.content();
    const rows = (slots: number[]): HostBatch => ({
      n: slots.length,
      inputs: Float32Array.from(slots.flatMap((slot) => Array.from(images.subarray(slot * 16, (slot + 1) * 16)))),
      labels: Int32Array.from(slots, (slot) => labels[slot]),
      task: scenario === 'task-incremental' ? Int32Array.from(slots, (slot) => tasks[slot]) : undefined,
    });
    const losses = () => candidates.map((slot) => hostLoss(model, rows([slot])));
    const now = losses();
    const { gradients } = hostGradients(model, batch);
    const kept = new Map([...gradients.keys()].map((parameter) => [parameter, parameter.data() as Float32Array]));
    for (const [parameter, g] of gradients) parameter.set(kept.get(parameter)!.map((value, i) => value - lr * g[i]));
    const rises = losses().map((loss, i) => loss - now[i]);
    for (const [parameter, weights] of kept) parameter.set(weights);
    const chosen = candidates.map((_, i) => i).sort((a, b) => rises[b] - rises[a]).slice(0, 4); // prettier-ignore
    assert.ok(rises[chosen[3]] - [...rises].sort((a, b) => b - a)[4] > 1e-6, 'the choice is clear');
    const expected = (80 * hostLoss(model, batch) + chosen.reduce((sum, i) => sum + now[i], 0)) / 84;
    const drawn = { replay0: candidates };
    const others = candidates.map((_, i) => i).filter((i) => !chosen.includes(i)).slice(0, 4); // prettier-ignore
    assert.ok(Math.abs(others.reduce((sum, i) => sum + now[i], 0) - chosen.reduce((sum, i) => sum + now[i], 0)) > 1e-3);
    assert.ok(Math.abs(lossOf(trainer, batch, drawn) - expected) < 1e-5 * (1 + expected));
    checkGradient(trainer, batch, drawn, [batch, rows(candidates)]);
  });
}

test('it looks ahead as far as the step will go: by the learning rate that the schedule has reached', async () => {
  const trainer = new Open(smallModel('SingleHeadMLP'), { epochs: 2, seed: 1, capacity: 30, replayRatio: 0.05, candidates: 3 });
  const loaders = easyStream('class-incremental').trainLoaders.slice(0, 2);
  for (const loader of loaders) {
    await trainer.trainTask(loader);
    await trainer.consolidate(loader);
  }
  const batch = wholeTask(loaders[1]);
  const drawn = { replay0: [0, 2, 5, 8, 11, 13, 17, 19, 22, 24, 27, 29] };
  const at = (rate: number | undefined) => lossOf(trainer, batch, drawn, rate);
  assert.equal(at(0), lossOf(trainer, batch, { replay0: [0, 2, 5, 8] }, 0), 'no step makes no loss rise: the first candidates');
  assert.equal(at(0.01), at(undefined));
  assert.notEqual(at(0), at(undefined));
});

test('the largest scores are chosen, of equal ones the first', () => {
  assert.deepEqual(Array.from(largest([1, 5, 5, 2, 5], 2)), [0, 1, 1, 0, 0]);
  assert.deepEqual(Array.from(largest([3, -1], 5)), [1, 1]);
});

test('options out of range are refused', () => {
  assert.throws(
    () => new MIR(smallModel('DomainMLP'), { candidates: 0.5 }),
    /MIR: candidates must be a number between 1 and 1000/,
  );
  assert.throws(() => new MIR(smallModel('DomainMLP'), { replayRatio: 0 }), /MIR: replayRatio 0 replays nothing/);
});
