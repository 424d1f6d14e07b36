import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryBytes } from '../../src/experiments';
import { EWC, ExperienceReplay, GEM, NaiveTrainer } from '../../src/methods';
import { countParameters, type Model } from '../../src/models';
import { CLTrainer } from '../../src/training';
import { easyStream, smallModel } from '../methods/fixtures';

const OPTIONS = { epochs: 1, lr: 0.05, seed: 1 };
const learnt = async (trainer: CLTrainer<object>) => {
  await trainer.runSequence(easyStream('class-incremental'));
  return memoryBytes(trainer);
};

test('samples: 16 pixels, a label and a task id of 4 bytes each, of as many as are held', async () => {
  const er = await learnt(new ExperienceReplay(smallModel('SingleHeadMLP'), { ...OPTIONS, capacity: 50 }));
  assert.equal(er.parts.images, 50 * 16 * 4);
  assert.equal(er.parts.labels, 50 * 4);
  assert.equal(
    er.total,
    Object.values(er.parts).reduce((a, b) => a + b),
  );
  const gem = await learnt(new GEM(smallModel('SingleHeadMLP'), { ...OPTIONS, memoryPerTask: 20 }));
  assert.deepEqual(gem.parts, { images: 3 * 20 * 16 * 4, labels: 3 * 20 * 4 });
});

test('importances and anchors: one number each a weight; naive training remembers nothing', async () => {
  const trainer = new EWC(smallModel('SingleHeadMLP'), { ...OPTIONS, lambda: 10, online: true });
  const { parts } = await learnt(trainer);
  const weights = 4 * countParameters(trainer.model);
  assert.deepEqual(parts, { importance: weights, centre: weights });
  assert.deepEqual(await learnt(new NaiveTrainer(smallModel('SingleHeadMLP'), OPTIONS)), { total: 0, parts: {} });
});

class Keeper extends CLTrainer {
  private teacher: Model | undefined;
  protected override endTask(): void {
    this.teacher = this.model.clone();
  }
  protected override memoryState(): object {
    return { teacher: this.teacher?.state() ?? null, means: [1, 2, 3], steps: 7 };
  }
}

test('a copy of the network counts its parameters, a list its numbers, a counter nothing', async () => {
  const trainer = new Keeper(smallModel('SingleHeadMLP'), OPTIONS);
  assert.deepEqual((await learnt(trainer)).parts, { parameters: 4 * countParameters(trainer.model), means: 12 });
});
