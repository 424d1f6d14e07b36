import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { backend, initBackend } from '../../src/backend';
import { NCM, RanDumb, StreamingLDA } from '../../src/methods';
import { bytes } from '../models/fixtures';
import { easyStream, smallModel } from './fixtures';

before(async () => {
  await initBackend('native');
});

class Open extends NCM {
  answersTo(images: Float32Array, task?: number): number[] {
    const { kernels: k, scope, toHost } = backend();
    return scope(() => Array.from(toHost(k.argMax(this.scores(k, k.tensor(images, [images.length / 16, 16]), task)))));
  }
}

test('methods without gradient steps refuse options about gradient steps, and take those that comparisons give to all', () => {
  const schedule = { name: 'cosine' } as const;
  for (const Method of [NCM, StreamingLDA, RanDumb]) {
    const made = (options: object) => new Method(smallModel('SingleHeadMLP'), options);
    assert.throws(
      () => made({ clipNorm: 1 }),
      new RegExp(`${Method.name}: clipNorm changes nothing: it learns without gradient steps; leave out clipNorm`),
    );
    assert.throws(() => made({ schedule }), new RegExp(`${Method.name}: schedule changes nothing`));
    made({ lr: 0.1, epochs: 3, steps: 5, optimizer: 'adam', momentum: 0.5, clipNorm: undefined }).dispose();
  }
});

for (const [scenario, architecture] of [
  ['class-incremental', 'SingleHeadMLP'],
  ['task-incremental', 'MultiHeadMLP'],
] as const) {
  test(`${scenario}: the nearest of the means answers, of the given task where it is known`, async () => {
    const { trainLoaders } = easyStream(scenario);
    const model = smallModel(architecture);
    const trainer = new Open(model, { seed: 1 });
    const means: { task: number; label: number; mean: number[] }[] = [];
    for (const loader of trainLoaders) {
      const report = await trainer.trainTask(loader);
      assert.deepEqual([report.steps, report.loss], [0, NaN]);
      await trainer.consolidate(loader);
      const { images, labels } = loader.hostData();
      for (const label of loader.task.classes) {
        const own = Array.from(labels.keys()).filter((row) => labels[row] === label);
        const mean = Array.from({ length: 16 }, (_, j) => own.reduce((sum, row) => sum + images[row * 16 + j], 0) / own.length);
        means.push({ task: loader.task.id, label, mean });
      }
    }
    const initial = smallModel(architecture);
    assert.deepEqual(model.parameters().slice(0, 4).map(bytes), initial.parameters().slice(0, 4).map(bytes), 'no weight changed');
    const { images } = trainLoaders[1].hostData();
    const task = scenario === 'task-incremental' ? 1 : undefined;
    const expected = Array.from({ length: 80 }, (_, row) => {
      const among = means.filter((one) => task === undefined || one.task === task);
      const distances = among.map(({ mean }) => Math.hypot(...mean.map((value, j) => value - images[row * 16 + j])));
      return among[distances.indexOf(Math.min(...distances))].label;
    });
    assert.deepEqual(trainer.answersTo(images, task), expected);
  });
}
