import assert from 'node:assert/strict';
import { Tape } from '../../src/autodiff';
import { backend, type Kernels, type Value } from '../../src/backend';
import type { Model } from '../../src/models';
import type { TrainingBatch } from '../../src/training';
import { activeUnits, place, type HostBatch } from '../models/fixtures';

/** Whose loss can be asked for. */
interface OpenLoss {
  readonly model: Model;
  lossOf(k: Kernels, batch: TrainingBatch): Value;
}

/** The loss of a batch with these draws, and this learning rate where a schedule changes it. */
export function lossOf(trainer: OpenLoss, batch: HostBatch, drawn: Record<string, number[]>, rate?: number): number {
  const { kernels: k, scope, toHost } = backend();
  return scope(() => {
    const value = rate === undefined ? undefined : k.tensor(Float32Array.of(rate), []);
    return toHost(trainer.lossOf(k, { ...withDraws(batch, drawn), rate: value }))[0];
  });
}

function withDraws(batch: HostBatch, drawn: Record<string, number[]>): TrainingBatch {
  const { kernels: k } = backend();
  const values = Object.entries(drawn).map(([name, slots]) => [name, k.tensor(Int32Array.from(slots), [slots.length])]);
  return { ...place(batch), size: batch.n, drawn: Object.fromEntries(values) as Record<string, Value> };
}

/** Compares the gradient of the loss with finite differences, at every third weight whose change switches no unit of `batches`. */
export function checkGradient(trainer: OpenLoss, batch: HostBatch, drawn: Record<string, number[]>, batches: HostBatch[]): void {
  const { kernels: k, scope, toHost } = backend();
  const gradients = scope(() => {
    const tape = new Tape(k);
    const found = tape.gradients(trainer.lossOf(tape, withDraws(batch, drawn)));
    return new Map([...found].map(([parameter, value]) => [parameter, Float32Array.from(toHost(value))]));
  });
  assert.deepEqual(new Set(gradients.keys()), new Set(trainer.model.parameters()));
  const pattern = () => batches.map((one) => activeUnits(trainer.model, one)).join();
  const before = pattern();
  let checked = 0;
  for (const [parameter, gradient] of gradients) {
    const original = parameter.data() as Float32Array;
    for (let i = 0; i < original.length; i += 3) {
      const [up, down] = [4e-3, -4e-3].map((change) => {
        parameter.set(original.map((value, j) => (i === j ? value + change : value)));
        return pattern() === before ? lossOf(trainer, batch, drawn) : NaN;
      });
      const slope = (up - down) / 8e-3;
      if (Number.isNaN(slope)) continue;
      checked++;
      const allowed = 2e-3 * (1 + Math.abs(slope));
      assert.ok(Math.abs(slope - gradient[i]) < allowed, `${parameter.name}[${i}]: ${gradient[i]}, finite difference ${slope}`);
    }
    parameter.set(original);
  }
  assert.ok(checked > 60, `${checked} checked`);
}
