import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measureLearningCurves } from '../../src/experiments';
import { NaiveTrainer, PNNTrainer } from '../../src/methods';
import { DomainMLP, MultiHeadMLP, ProgressiveNeuralNet, SingleHeadMLP } from '../../src/models';
import { getPermutedMnist, getSplitMnist } from '../../src/scenarios';

const hidden = [32];
const stream = (limitPerTask: number, nTasks = 5) =>
  getSplitMnist({ nTasks, classesPerTask: 2, limitPerTask, testLimitPerTask: 400 });

test('without learning (lr 0) the curve of a multi-head network is its from-scratch curve: both start from the same weights', async () => {
  const report = await measureLearningCurves(new NaiveTrainer(new MultiHeadMLP({ hidden }), { lr: 0, epochs: 1 }), stream(128));
  assert.equal(report.tasks.length, 4);
  for (const { transfer, scratch, zeroShot } of report.tasks) {
    assert.deepEqual(transfer.steps, [0, 1, 2]); // 128 images are two steps: the last one is measured, too
    assert.deepEqual(scratch, transfer);
    assert.equal(transfer.accuracy[0], zeroShot);
  }
});

test("the from-scratch network of a PNN has the column's own initial weights, and no laterals", async () => {
  const trainer = new PNNTrainer(new ProgressiveNeuralNet({ hidden }), { lr: 0, epochs: 1 });
  const report = await measureLearningCurves(trainer, stream(128));
  const differ = report.tasks.filter(({ transfer, scratch }) => transfer.accuracy[0] !== scratch.accuracy[0]);
  assert.ok(differ.length > 0, 'untrained laterals change the first answers');
});

test('a network whose tasks share their outputs is compared in the domain-incremental scenario', async () => {
  const domains = getPermutedMnist({ nTasks: 2, limitPerTask: 640, testLimitPerTask: 200 });
  const trainer = new NaiveTrainer(new DomainMLP({ hidden, nClasses: 10 }), { epochs: 1, lr: 0 });
  const [task] = (await measureLearningCurves(trainer, domains)).tasks;
  assert.equal(task.transfer.steps.length, 11);
  assert.deepEqual(task.scratch, task.transfer);
});

test('learning curves rise, and the report has zero-shot accuracy, LCA and accuracy after k steps', async () => {
  const trainer = new NaiveTrainer(new MultiHeadMLP({ hidden }), { epochs: 2 });
  const report = await measureLearningCurves(trainer, stream(2000));
  assert.deepEqual(
    report.afterSteps.map(([step]) => step),
    [1, 10, 50],
  );
  const [, late, lateScratch] = report.afterSteps[2];
  assert.ok(late > 0.85 && lateScratch > 0.85, `after 50 steps ${late}, ${lateScratch}`);
  assert.ok(report.zeroShot < 0.75 && report.lca! > report.zeroShot);
  for (const task of report.tasks) {
    const first = task.transfer.accuracy.slice(0, 11);
    assert.ok(Math.abs(task.lca! - first.reduce((a, b) => a + b) / 11) < 1e-12);
  }
  assert.equal(trainer.tracker!.matrix[3][2], report.tasks[2].zeroShot);
});

test('the measurements leave the run as it is: the matrix is that of runSequence alone', async () => {
  const make = () => new NaiveTrainer(new MultiHeadMLP({ hidden, seed: 3 }), { epochs: 1, seed: 3 });
  const [measured, plain] = [make(), make()];
  await measureLearningCurves(measured, stream(640, 3));
  await plain.runSequence(stream(640, 3));
  assert.deepEqual(measured.tracker!.matrix, plain.tracker!.matrix);
});

test('the from-scratch network learns with the optimiser of the trainer it is compared with', async () => {
  const curves = async (lr: number) => {
    const report = await measureLearningCurves(new NaiveTrainer(new MultiHeadMLP({ hidden }), { lr, epochs: 1 }), stream(640, 2));
    return report.tasks[0].scratch.accuracy;
  };
  assert.notDeepEqual(await curves(0.05), await curves(0.001));
});

test('a task of fewer than ten steps has no LCA@10', async () => {
  const report = await measureLearningCurves(new NaiveTrainer(new MultiHeadMLP({ hidden }), { epochs: 1 }), stream(200, 3));
  assert.equal(report.tasks[0].transfer.steps.length, 5);
  assert.deepEqual([report.lca, report.lcaScratch, report.tasks[0].lca], [null, null, null]);
  assert.ok(report.zeroShot > 0 && report.afterSteps.length === 1);
  const ten = await measureLearningCurves(new NaiveTrainer(new MultiHeadMLP({ hidden }), { epochs: 1 }), stream(640, 2));
  assert.equal(ten.tasks[0].transfer.steps.length, 11);
  assert.ok(ten.lca! > 0.3);
});

test('what has no learning curves is refused before anything is trained', async () => {
  const trainer = () => new NaiveTrainer(new MultiHeadMLP({ hidden }), { epochs: 1 });
  await assert.rejects(
    measureLearningCurves(trainer(), stream(128, 1)),
    /no task that earlier ones could help; use a stream of two/,
  );
  const arriving = getSplitMnist({ scenario: 'class-incremental', limitPerTask: 128, testLimitPerTask: 100 });
  await assert.rejects(
    measureLearningCurves(new NaiveTrainer(new SingleHeadMLP({ hidden }), { epochs: 1 }), arriving),
    /not asked the same question; use task-incremental or domain-incremental/,
  );
  const used = trainer();
  await used.runSequence(stream(128, 2));
  await assert.rejects(measureLearningCurves(used, stream(128, 2)), /has learnt before; make a fresh trainer/);
  await assert.rejects(measureLearningCurves(trainer(), stream(128), { hidden } as object), /unknown option 'hidden'/);
});

test('a signal stops it', async () => {
  const signal = { aborted: false };
  const trainer = new NaiveTrainer(new MultiHeadMLP({ hidden }), { epochs: 500 });
  const onProgress = () => void (signal.aborted = true);
  await assert.rejects(measureLearningCurves(trainer, stream(2000), { signal, onProgress }), { name: 'TrainingInterrupted' });
});
