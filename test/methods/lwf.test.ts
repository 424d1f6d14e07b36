import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { Tape } from '../../src/autodiff';
import { backend, initBackend, type Value } from '../../src/backend';
import { LwF, NaiveTrainer, type LwFOptions } from '../../src/methods';
import { activeUnits, bytes, logits, place, type HostBatch } from '../models/fixtures';
import { easyStream, smallModel, wholeTask } from './fixtures';

before(async () => {
  await initBackend('native');
});

/** LwF whose loss can be asked for. */
class Open extends LwF {
  lossOf(k: Parameters<LwF['loss']>[0], batch: HostBatch): Value {
    return this.loss(k, { ...place(batch), size: batch.n, drawn: {} });
  }

  /** What another one remembers. */
  takeTeacher(other: Open): void {
    this.restoreMemory(other.memoryState());
  }
}

for (const [architecture, scenario] of [
  ['SingleHeadMLP', 'class-incremental'],
  ['MultiHeadMLP', 'task-incremental'],
] as const) {
  test(`${scenario}: loss and gradient are those of the formula, and the teacher gets none`, async () => {
    const { trainLoaders } = easyStream(scenario);
    const model = smallModel(architecture);
    const trainer = new Open(model, { epochs: 2, lr: 0.05, seed: 1, lambda: 0.7, temperature: 3 });
    await trainer.trainTask(trainLoaders[0]);
    await trainer.consolidate(trainLoaders[0]);
    const teacher = model.clone();
    model.prepareTask(trainLoaders[1].task);
    for (const parameter of model.parameters()) parameter.set(parameter.data().map((value, i) => value + 0.01 * Math.sin(i)));
    const batch = wholeTask(trainLoaders[1]);
    const { kernels: k, scope, toHost } = backend();
    const lossNow = () => scope(() => toHost(trainer.lossOf(k, batch))[0]);
    const old = { ...batch, task: scenario === 'task-incremental' ? 0 : undefined };
    const now = logits(model, old).map((row) => row.slice(0, 2)); // classes of the first task
    const before = logits(teacher, old);
    const own = logits(model, batch).map((row, i) => -Math.log(softmax(row)[batch.labels[i]]));
    const kept = now.map((row, i) => -softmax(row, 3).reduce((sum, p, c) => sum + softmax(before[i], 3)[c] * Math.log(p), 0));
    assert.ok(Math.abs(lossNow() - mean(own) - 0.7 * 9 * mean(kept)) < 1e-4, `${lossNow()}`);

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
        assert.ok(Math.abs(slope - gradient[i]) < 3e-3, `${parameter.name}[${i}]: ${gradient[i]}, finite difference ${slope}`);
      }
      parameter.set(original);
    }
    assert.ok(checked > 100, `${checked} checked`);
  });
}

function softmax(row: number[], temperature = 1): number[] {
  const powers = row.map((value) => Math.exp(value / temperature));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
}

const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length;

test('without a teacher, in the first task, it is plain fine-tuning', async () => {
  const [loader] = easyStream('class-incremental').trainLoaders;
  const [own, naive] = await Promise.all(
    [LwF, NaiveTrainer].map(async (Method) => {
      const model = smallModel('SingleHeadMLP');
      await new Method(model, { epochs: 2, lr: 0.05, seed: 1 }).trainTask(loader);
      return model.parameters().map(bytes);
    }),
  );
  assert.deepEqual(own, naive);
});

for (const [architecture, scenario] of [
  ['SingleHeadMLP', 'class-incremental'],
  ['MultiHeadMLP', 'task-incremental'],
] as const) {
  test(`${scenario}: weighing by tasks gives CE/t and 1 − 1/t of the mean distillation in task t`, async () => {
    const { trainLoaders } = easyStream(scenario);
    const model = smallModel(architecture);
    const plain = new Open(model, { epochs: 1, seed: 1, lambda: 0.7 });
    for (const loader of trainLoaders.slice(0, 2)) {
      await plain.trainTask(loader);
      await plain.consolidate(loader);
    }
    model.prepareTask(trainLoaders[2].task);
    for (const parameter of model.parameters()) parameter.set(parameter.data().map((value, i) => value + 0.01 * Math.sin(i)));
    const batch = wholeTask(trainLoaders[2]);
    const { kernels: k, scope, toHost } = backend();
    const lossOf = (options: Partial<LwFOptions>) => {
      const trainer = new Open(model, { seed: 1, ...options });
      trainer.takeTeacher(plain);
      return scope(() => toHost(trainer.lossOf(k, batch))[0]);
    };
    const own = lossOf({ lambda: 0 });
    const kept = lossOf({ lambda: 1 }) - own; // the sum over two heads, or the one distillation
    const expected = own / 3 + (0.7 * (2 / 3) * kept) / (scenario === 'task-incremental' ? 2 : 1);
    const weighed = lossOf({ lambda: 0.7, weighting: 'by-tasks' });
    assert.ok(Math.abs(weighed - expected) < 1e-4, `${weighed}, expected ${expected}`);
    const averaged = lossOf({ lambda: 1, averageOver: 'outputs' }) - own;
    const columns = scenario === 'task-incremental' ? 2 : 4; // of a head; of the teacher
    assert.ok(Math.abs(averaged - kept / columns) < 1e-4, `${averaged}, expected ${kept / columns}`);
    if (scenario === 'task-incremental') return;
    assert.ok(lossOf({ lambda: 1, newOutputs: 'zero' }) > own + kept + 1e-3, 'new outputs cost something');
  });
}

test('wrong weightings are refused', () => {
  assert.throws(() => new LwF(smallModel('SingleHeadMLP'), { weighting: 'tasks' as never }), /LwF: weighting/);
  assert.throws(() => new LwF(smallModel('SingleHeadMLP'), { newOutputs: 'none' as never }), /LwF: newOutputs/);
  assert.throws(() => new LwF(smallModel('SingleHeadMLP'), { averageOver: 'batch' as never }), /LwF: averageOver/);
});
