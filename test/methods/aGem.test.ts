import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { Gradients } from '../../src/autodiff';
import { backend, initBackend } from '../../src/backend';
import { AGEM } from '../../src/methods';
import type { StepGradients, TrainingBatch } from '../../src/training';
import { hostGradients } from '../models/fixtures';
import { dot, easyStream, smallModel } from './fixtures';

before(async () => {
  await initBackend('native');
});

/** Notes of every step the gradient before and after, and computes the reference on the host. */
class Watched extends AGEM {
  readonly steps: { g: number[]; r: number[]; projected: number[] }[] = [];
  private reference = new Map<object, Float32Array>();

  protected override adjustGradients(gradients: Gradients, batch: TrainingBatch): Gradients {
    if (batch.drawn.reference) {
      const slots = Array.from(backend().toHost(batch.drawn.reference));
      const { images, labels, tasks } = this.memory.content();
      const size = images.length / labels.length;
      const inputs = Float32Array.from(slots.flatMap((slot) => Array.from(images.subarray(slot * size, (slot + 1) * size))));
      const task = batch.task === undefined ? undefined : Int32Array.from(slots, (slot) => tasks[slot]);
      const own = Int32Array.from(slots, (slot) => labels[slot]);
      this.reference = hostGradients(this.model, { n: slots.length, inputs, labels: own, task }).gradients;
    }
    return super.adjustGradients(gradients, batch);
  }

  protected override afterStep({ raw, adjusted }: StepGradients, batch: TrainingBatch): void {
    if (!batch.drawn.reference) return;
    const flat = (of: (parameter: object) => ArrayLike<number> | undefined) =>
      this.model.parameters().flatMap((parameter) => Array.from(of(parameter) ?? parameter.data().map(() => 0)));
    const { toHost } = backend();
    this.steps.push({
      g: flat((parameter) => raw.get(parameter as never) && toHost(raw.get(parameter as never)!)),
      r: flat((parameter) => this.reference.get(parameter)),
      projected: flat((parameter) => adjusted.get(parameter as never) && toHost(adjusted.get(parameter as never)!)),
    });
  }
}

for (const [scenario, architecture] of [
  ['task-incremental', 'MultiHeadMLP'],
  ['domain-incremental', 'DomainMLP'],
] as const) {
  test(`${scenario}: each step goes along g − (g·r / r·r)·r where g·r < 0, else along g`, async () => {
    const trainer = new Watched(smallModel(architecture), { epochs: 6, lr: 0.1, seed: 1, capacity: 60, referenceSize: 20 });
    for (const loader of easyStream(scenario).trainLoaders) {
      await trainer.trainTask(loader, { execution: 'op-by-op' });
      await trainer.consolidate(loader);
    }
    assert.equal(trainer.steps.length, 60, 'the first task has nothing to respect');
    let violated = 0;
    for (const { g, r, projected } of trainer.steps) {
      const [product, square] = [dot(g, r), dot(r, r)];
      if (product < 0) violated++;
      const share = product < 0 ? product / square : 0;
      const largest = Math.max(...g.map(Math.abs), ...r.map(Math.abs));
      g.forEach((value, i) => assert.ok(Math.abs(projected[i] - (value - share * r[i])) < 1e-4 * largest, `entry ${i}`));
    }
    assert.ok(violated >= 5 && violated <= 55, `${violated} of 60 steps were violated`);
  });
}

test('the memory holds as many samples of each class, and options out of range are refused', async () => {
  const trainer = new AGEM(smallModel('SingleHeadMLP'), { epochs: 1, seed: 1, capacity: 60 });
  await trainer.runSequence(easyStream('class-incremental'));
  assert.deepEqual([...trainer.memory.slots.counts().values()], new Array(6).fill(10));
  assert.throws(() => new AGEM(smallModel('DomainMLP'), { referenceSize: 0 }), /AGEM: referenceSize must be a whole number/);
  assert.throws(() => new AGEM(smallModel('DomainMLP'), { capacity: 0.5 }), /AGEM: capacity must be a whole number/);
});
