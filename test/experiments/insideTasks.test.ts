import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measureInsideTasks } from '../../src/experiments';
import { ExperienceReplay, NaiveTrainer } from '../../src/methods';
import { stabilityGaps, worstCaseAccuracy } from '../../src/metrics';
import { easyStream, smallModel } from '../methods/fixtures';

const OPTIONS = { epochs: 2, lr: 0.05, seed: 1 };

for (const execution of ['op-by-op', 'recorded'] as const) {
  test(`evaluation every k steps leaves the run bit for bit as it is, ${execution}`, async (t) => {
    process.env.CL_EXECUTION = execution;
    t.after(() => delete process.env.CL_EXECUTION);
    const make = () => new ExperienceReplay(smallModel('SingleHeadMLP'), { ...OPTIONS, capacity: 30 });
    const [measured, plain] = [make(), make()];
    await measureInsideTasks(measured, easyStream('class-incremental'), { every: 3 });
    await plain.runSequence(easyStream('class-incremental'));
    assert.equal(JSON.stringify(measured.state()), JSON.stringify(plain.state()));
  });
}

test('moments: before the first step, every k steps and at the end of each task; tasks to come have no answer yet', async () => {
  const trainer = new NaiveTrainer(smallModel('SingleHeadMLP'), OPTIONS);
  const moments = await measureInsideTasks(trainer, easyStream('class-incremental'), { every: 4 });
  const { matrix } = trainer.tracker!;
  assert.deepEqual(
    moments.map(({ task, step }) => `${task}/${step}`),
    [0, 1, 2].flatMap((task) => [0, 4, 8, 10].map((step) => `${task}/${step}`)),
  );
  assert.deepEqual(moments[2].accuracies.slice(1), [null, null]);
  for (const { task, accuracies } of moments.filter(({ step }) => step === 10)) {
    accuracies.forEach((accuracy, i) => assert.equal(accuracy, i > task ? null : matrix[i][task]));
  }
  assert.ok(worstCaseAccuracy(moments)! < 0.6, 'naive training loses the earlier tasks');
  assert.equal(stabilityGaps(moments).length, 2);
});

test('a trainer that has learnt, unknown options and no steps are refused', async () => {
  const trainer = new NaiveTrainer(smallModel('SingleHeadMLP'), OPTIONS);
  const stream = easyStream('class-incremental');
  await assert.rejects(measureInsideTasks(trainer, stream, { every: 0 }), /every/);
  await assert.rejects(measureInsideTasks(trainer, stream, { each: 3 } as object), /unknown option 'each'/);
  await trainer.trainTask(stream.trainLoaders[0]);
  await assert.rejects(measureInsideTasks(trainer, stream), /has learnt before/);
});
