import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { Tape } from '../../src/autodiff';
import { backend, initBackend, type Value } from '../../src/backend';
import { NaiveTrainer } from '../../src/methods';
import type { Model } from '../../src/models';
import type { CLTrainer, TrainerState } from '../../src/training';
import { easyStream, smallModel, wholeTask } from '../methods/fixtures';
import { activeUnits, bytes, place, type HostBatch } from '../models/fixtures';
import { LwF } from './lwf';

before(async () => {
  await initBackend('native');
});

const OPTIONS = { epochs: 12, lr: 0.05, seed: 1 };

test('the loss takes fewer than 15 lines', () => {
  const source = readFileSync(join(__dirname, '../../../test/examples/lwf.ts'), 'utf8');
  const hook = source.slice(source.indexOf('  protected override loss'), source.indexOf('  protected override endTask'));
  assert.ok(hook.trim().split('\n').length < 15);
});

/** LwF whose loss can be asked for. */
class Open extends LwF {
  lossOf(k: Parameters<LwF['loss']>[0], batch: HostBatch): Value {
    return this.loss(k, { ...place(batch), size: batch.n, drawn: {} });
  }
}

test('the gradient of the distillation loss equals finite differences, and the teacher gets none', async () => {
  const { trainLoaders } = easyStream('class-incremental');
  const model = smallModel('SingleHeadMLP');
  const trainer = new Open(model, { ...OPTIONS, epochs: 2 });
  await trainer.trainTask(trainLoaders[0]);
  await trainer.consolidate(trainLoaders[0]);
  model.prepareTask(trainLoaders[1].task);
  const batch = wholeTask(trainLoaders[1]);
  const { kernels: k, scope, toHost } = backend();
  const lossNow = () => scope(() => toHost(trainer.lossOf(k, batch))[0]);
  const gradients = scope(() => {
    const tape = new Tape(k);
    const found = tape.gradients(trainer.lossOf(tape, batch));
    return new Map([...found].map(([parameter, value]) => [parameter, Float32Array.from(toHost(value))]));
  });
  assert.deepEqual(new Set(gradients.keys()), new Set(model.parameters()));
  const pattern = activeUnits(model, batch);
  let checked = 0;
  for (const [parameter, gradient] of gradients) {
    const original = parameter.data() as Float32Array;
    for (let i = 0; i < original.length; i += 3) {
      const [up, down] = [4e-3, -4e-3].map((change) => {
        parameter.set(original.map((value, j) => (i === j ? value + change : value)));
        return activeUnits(model, batch) === pattern ? lossNow() : NaN;
      });
      const slope = (up - down) / 8e-3;
      if (Number.isNaN(slope)) continue;
      checked++;
      assert.ok(Math.abs(slope - gradient[i]) < 1e-3, `${parameter.name}[${i}]: ${gradient[i]}, finite difference ${slope}`);
    }
    parameter.set(original);
  }
  assert.ok(checked > 100, `${checked} checked`);
});

/** Accuracy on the first task after the second, and everything as text. */
async function learn(trainer: CLTrainer<object>, execution: 'recorded' | 'op-by-op', interruptAt?: number) {
  const losses: number[] = [];
  let chunks = 0;
  const signal = { get aborted() { return ++chunks === interruptAt; } }; // prettier-ignore
  const call = { execution, signal, onLosses: (some: Float32Array) => void losses.push(...some) };
  const { matrix } = await trainer.runSequence(easyStream('domain-incremental'), call);
  const text = JSON.stringify([matrix, trainer.model.parameters().map(bytes)]);
  return { kept: (matrix[0][2]! + matrix[1][2]!) / 2, losses, text, matrix };
}

const make = (model: Model = smallModel('DomainMLP')) => new LwF(model, { ...OPTIONS, lambda: 0.2 });

test('it keeps more than naive, recorded as op by op, and goes on bit for bit where it was saved in the middle', async () => {
  const naive = await learn(new NaiveTrainer(smallModel('DomainMLP'), OPTIONS), 'recorded');
  const whole = await learn(make(), 'recorded');
  const single = await learn(make(), 'op-by-op');
  whole.matrix.forEach((row, task) => assert.ok(row[task]! > 0.9, `task ${task}: ${row[task]}`));
  assert.ok(whole.kept > naive.kept + 0.02, `it keeps ${whole.kept}, naive ${naive.kept}`);
  whole.losses.slice(0, 100).forEach((loss, i) => assert.ok(Math.abs(loss - single.losses[i]) < 1e-4 * Math.max(1, loss)));
  const first = make();
  let begun = false;
  const signal = { get aborted() { return first.tracker?.matrix[0][0] !== null && (begun || !(begun = true)); } }; // prettier-ignore
  await assert.rejects(first.runSequence(easyStream('domain-incremental'), { execution: 'recorded', signal }));
  const second = make();
  second.restore(JSON.parse(JSON.stringify(first.state())) as TrainerState);
  assert.equal((await learn(second, 'recorded')).text, whole.text);
});
