import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { initBackend, backend, type Kernels, type Value } from '../../src/backend';
import { ExperienceReplay } from '../../src/methods';
import type { TrainingBatch } from '../../src/training';
import { ProgressiveNeuralNet } from '../../src/models';
import { easyStream, smallModel } from './fixtures';

before(async () => {
  await initBackend();
});

/** Replay that notes what each step learns from. */
class Watched extends ExperienceReplay {
  readonly steps: { labels: number[]; tasks: number[] | number | undefined; rows: number }[] = [];
  protected override loss(k: Kernels, batch: TrainingBatch): Value {
    const { toHost } = backend();
    const tasks = typeof batch.task === 'object' ? Array.from(toHost(batch.task)) : batch.task;
    this.steps.push({ labels: Array.from(toHost(batch.y)), tasks, rows: batch.x.shape[0] });
    return super.loss(k, batch);
  }
}

const OPTIONS = { epochs: 2, lr: 0.05, seed: 1 };

test('each sample is shown to the memory once a task, whatever the number of epochs', async () => {
  const trainer = new ExperienceReplay(smallModel('SingleHeadMLP'), { ...OPTIONS, epochs: 4, capacity: 50 });
  await trainer.runSequence(easyStream('class-incremental'));
  assert.equal(trainer.buffer.seen, 240);
  assert.equal(trainer.buffer.size, 50);
});

test('half as many stored samples as new ones join each batch, from earlier tasks only, and none in the first task', async () => {
  const trainer = new Watched(smallModel('SingleHeadMLP'), OPTIONS);
  await trainer.runSequence(easyStream('class-incremental'));
  assert.equal(trainer.steps.length, 30);
  trainer.steps.forEach(({ labels, rows }, step) => {
    const task = Math.floor(step / 10);
    assert.equal(rows, task === 0 ? 16 : 24);
    assert.ok(
      labels.slice(0, 16).every((label) => Math.floor(label / 2) === task),
      'new samples first',
    );
    assert.ok(
      labels.slice(16).every((label) => Math.floor(label / 2) < task),
      'then stored ones',
    );
  });
  const replayed = trainer.steps.slice(20).flatMap(({ labels }) => labels.slice(16));
  assert.deepEqual([...new Set(replayed)].sort(), [0, 1, 2, 3]);
});

test('stored samples of a multi-head network go through the head of their own task', async () => {
  const trainer = new Watched(smallModel('MultiHeadMLP'), OPTIONS);
  await trainer.runSequence(easyStream('task-incremental'));
  assert.equal(trainer.steps[0].tasks, 0);
  for (const { tasks } of trainer.steps.slice(20)) {
    const list = tasks as number[];
    assert.deepEqual(list.slice(0, 16), new Array(16).fill(2));
    assert.ok(list.slice(16).every((task) => task === 0 || task === 1));
  }
  const replayed = trainer.steps.slice(20).flatMap(({ tasks }) => (tasks as number[]).slice(16));
  assert.deepEqual([...new Set(replayed)].sort(), [0, 1]);
});

test('where the scenario hides the task id, no step knows it', async () => {
  const trainer = new Watched(smallModel('DomainMLP'), OPTIONS);
  await trainer.runSequence(easyStream('domain-incremental'));
  assert.ok(trainer.steps.every(({ tasks }) => tasks === undefined));
});

test('replay forgets less than a memory of hardly anything', async () => {
  const accuracy = async (capacity: number, replayRatio: number) => {
    const trainer = new ExperienceReplay(smallModel('SingleHeadMLP'), { ...OPTIONS, epochs: 6, capacity, replayRatio });
    return (await trainer.runSequence(easyStream('class-incremental'))).compute().acc!;
  };
  const [good, none] = [await accuracy(200, 1), await accuracy(1, 0)];
  assert.ok(good > 0.8 && none < 0.5, `${good} with, ${none} without`);
});

test('a model that cannot take rows of several tasks, and options out of range, are refused at once', () => {
  assert.throws(
    () => new ExperienceReplay(new ProgressiveNeuralNet()),
    /ExperienceReplay: it learns from rows of several tasks at once, which ProgressiveNeuralNet cannot take; use/,
  );
  assert.throws(
    () => new ExperienceReplay(smallModel('DomainMLP'), { capacity: 0 }),
    /capacity must be a whole number of at least 1/,
  );
  assert.throws(
    () => new ExperienceReplay(smallModel('DomainMLP'), { replayRatio: -1 }),
    /replayRatio must be a number between 0 and 1000/,
  );
});

for (const buffer of ['reservoir', 'ring', 'class-balanced'] as const) {
  for (const fill of ['after-task', 'every-step'] as const) {
    test(`${buffer}, filled ${fill}: old classes are kept in memory and learnt again`, async () => {
      const options = { ...OPTIONS, epochs: 6, capacity: 48, replayRatio: 1, buffer, fill };
      const trainer = new Watched(smallModel('SingleHeadMLP'), options);
      const { matrix } = await trainer.runSequence(easyStream('class-incremental'));
      assert.ok((matrix[0][2]! + matrix[1][2]!) / 2 > 0.6, `it keeps ${matrix[0][2]}, ${matrix[1][2]}`);
      assert.deepEqual([...trainer.buffer.countByTask().keys()].sort(), [0, 1, 2]);
      assert.equal(trainer.buffer.seen, fill === 'after-task' ? 240 : 6 * 240);
      assert.equal(trainer.steps[0].rows, fill === 'after-task' ? 16 : 32, 'stored samples from the first step on');
      if (buffer !== 'reservoir') assert.deepEqual([...trainer.buffer.countByTask().values()], [16, 16, 16]);
    });
  }
}
