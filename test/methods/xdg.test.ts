import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { initBackend, type Kernels, type Value } from '../../src/backend';
import { findMethod, XdG } from '../../src/methods';
import { MultiHeadMLP } from '../../src/models';
import { permutedScenario } from '../../src/scenarios/permuted';
import type { TrainingBatch } from '../../src/training';
import { hostLoss } from '../models/fixtures';
import { easyDataset, easyStream, smallModel, wholeTask } from './fixtures';
import { checkGradient, lossOf } from './stepLoss';

before(async () => {
  await initBackend('native');
});

class Open extends XdG {
  lossOf(k: Kernels, batch: TrainingBatch): Value {
    return this.loss(k, batch);
  }
}

test('each task has as many units on as said, the same every time, another choice than other tasks', () => {
  const gates = (task: number, seed = 1) => new XdG(smallModel('MultiHeadMLP'), { off: 0.75, seed }).gates(task);
  assert.deepEqual([...gates(0).keys()], ['hidden0', 'hidden1']);
  for (const [name, on] of [
    ['hidden0', 4],
    ['hidden1', 3],
  ] as const) {
    for (const task of [0, 1, 2])
      assert.equal(
        gates(task)
          .get(name)!
          .reduce((a, b) => a + b),
        on,
      );
    assert.deepEqual(gates(1).get(name), gates(1).get(name));
  }
  assert.notDeepEqual(gates(0), gates(1));
  assert.notDeepEqual(gates(0, 1), gates(0, 2));
});

test('the loss is that of a network without the units that are off, and only units that are on learn', async () => {
  const { trainLoaders } = easyStream('task-incremental');
  const model = smallModel('MultiHeadMLP');
  const trainer = new Open(model, { epochs: 2, lr: 0.05, seed: 1, off: 0.5 });
  model.prepareTask(trainLoaders[0].task);
  const batch = wholeTask(trainLoaders[0]);
  const gates = trainer.gates(0);
  const without = model.clone();
  for (const name of ['hidden0', 'hidden1']) {
    const gate = gates.get(name)!;
    for (const parameter of without.parameters().filter((one) => one.name.startsWith(name))) {
      parameter.set(parameter.data().map((value, i) => value * gate[i % gate.length]));
    }
  }
  assert.ok(Math.abs(lossOf(trainer, batch, {}) - hostLoss(without, batch)) < 1e-5);
  assert.ok(Math.abs(hostLoss(model, batch) - hostLoss(without, batch)) > 1e-3);
  checkGradient(trainer, batch, {}, [batch]);
  const before = model.parameters().map((parameter) => parameter.data());
  await trainer.trainTask(trainLoaders[0]);
  const gate = gates.get('hidden0')!;
  model
    .parameters()[0]
    .data()
    .forEach((value: number, i: number) => {
      if (gate[i % 16] === 0) assert.equal(value, before[0][i]);
    });
  assert.ok(
    model
      .parameters()[0]
      .data()
      .some((value: number, i: number) => value !== before[0][i]),
  );
});

test('over six tasks it keeps more than naive training on the same network', async () => {
  const kept = async (method: 'xdg' | 'naive', seed: number) => {
    const stream = permutedScenario(easyDataset(), { scenario: 'task-incremental', nTasks: 6, batchSize: 48, seed: 7 });
    const model = new MultiHeadMLP({ inputSize: 16, hidden: [80, 60], seed: 7 });
    const { matrix } = await findMethod(method).create(model, { epochs: 8, lr: 0.2, seed }).runSequence(stream);
    matrix.forEach((row, task) => assert.ok(row[task]! > 0.9, `${method}, task ${task}: ${row[task]}`));
    return matrix.slice(0, 5).reduce((sum, row) => sum + row[5]! / 5, 0);
  };
  const [gated, naive] = [((await kept('xdg', 1)) + (await kept('xdg', 2))) / 2, await kept('naive', 1)];
  assert.ok(gated > naive + 0.03, `it keeps ${gated}, naive ${naive}`);
});
