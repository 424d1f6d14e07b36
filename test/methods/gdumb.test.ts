import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { initBackend } from '../../src/backend';
import type { TaskLoader } from '../../src/data/loader';
import { GDumb } from '../../src/methods';
import type { TrainingData } from '../../src/training';
import { bytes } from '../models/fixtures';
import { easyStream, smallModel } from './fixtures';

before(async () => {
  await initBackend('native');
});

class Open extends GDumb {
  data(loader: TaskLoader): TrainingData {
    return this.trainingData(loader);
  }
}

test('the memory is balanced over the classes seen, and a network that never saw anything learns it alone', async () => {
  const model = smallModel('SingleHeadMLP');
  const trainer = new Open(model, { epochs: 12, lr: 0.05, seed: 1, capacity: 48 });
  const initial: string[][] = [];
  const { trainLoaders } = easyStream('class-incremental');
  for (const [i, loader] of trainLoaders.entries()) {
    const { steps } = await trainer.trainTask(loader, {
      probes: { steps: [0], measure: () => void initial.push(model.parameters().slice(0, 2).map(bytes)) },
    });
    await trainer.consolidate(loader);
    assert.equal(steps, 12 * 3, '48 samples in batches of 16, nothing else');
    assert.deepEqual([...trainer.memory.slots.counts().values()], new Array(2 * i + 2).fill(48 / (2 * i + 2)));
  }
  assert.deepEqual(initial[1], initial[0]);
  assert.deepEqual(initial[2], initial[0]);
});

test('what it trains on is the memory: inputs, labels and tasks of the samples stored', () => {
  const trainer = new Open(smallModel('MultiHeadMLP'), { seed: 1, capacity: 20 });
  const [first, second] = easyStream('task-incremental').trainLoaders;
  trainer.data(first);
  const data = trainer.data(second);
  const { images, labels, tasks } = trainer.memory.content();
  const out = new Float32Array(5 * 16);
  data.fill(out, 10, 5);
  assert.deepEqual(out, images.slice(160, 240));
  assert.deepEqual([data.labels(), data.taskIds!()], [labels, tasks]);
  assert.deepEqual([...trainer.memory.countByTask()].sort(), [[0, 10], [1, 10]]); // prettier-ignore
  assert.equal(trainer.data(second).size, 20);
  assert.equal(trainer.memory.seen, 160, 'a task is shown once');
});
