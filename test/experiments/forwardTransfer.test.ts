import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measureTransfer } from '../../src/experiments';
import { NaiveTrainer, PNNTrainer } from '../../src/methods';
import { DomainMLP, MultiHeadMLP, ProgressiveNeuralNet } from '../../src/models';
import { getSplitMnist } from '../../src/scenarios';

const hidden = [32];
const stream = (limitPerTask: number) => getSplitMnist({ nTasks: 5, limitPerTask, testLimitPerTask: 400 });

test('without learning (lr 0) the transfer curve of a multi-head network is its from-scratch curve: both start from the same weights', async () => {
  const report = await measureTransfer(new NaiveTrainer(new MultiHeadMLP({ hidden }), { lr: 0, epochs: 1 }), stream(128), {
    hidden,
  });
  assert.equal(report.tasks.length, 4);
  for (const { transfer, scratch, zeroShot } of report.tasks) {
    assert.deepEqual(transfer.steps, [0, 1, 2]); // 128 images are two steps: the last one is measured, too
    assert.deepEqual(scratch, transfer);
    assert.equal(transfer.accuracy[0], zeroShot);
  }
});

test("the from-scratch network of a PNN has the column's own initial weights, and no laterals", async () => {
  const report = await measureTransfer(new PNNTrainer(new ProgressiveNeuralNet({ hidden }), { lr: 0, epochs: 1 }), stream(128), {
    hidden,
  });
  const differ = report.tasks.filter(({ transfer, scratch }) => transfer.accuracy[0] !== scratch.accuracy[0]);
  assert.ok(differ.length > 0, 'untrained laterals change the first answers');
});

test('learning curves rise, and the report has zero-shot, LCA and accuracy after k steps', async () => {
  const trainer = new NaiveTrainer(new MultiHeadMLP({ hidden }), { epochs: 2 });
  const report = await measureTransfer(trainer, stream(2000), { hidden });
  assert.deepEqual(
    report.afterSteps.map(([step]) => step),
    [1, 10, 50],
  );
  const [, late, lateScratch] = report.afterSteps[2];
  assert.ok(late > 0.85 && lateScratch > 0.85, `after 50 steps ${late}, ${lateScratch}`);
  assert.ok(report.zeroShot < 0.75 && report.lca > report.zeroShot);
  for (const task of report.tasks) {
    const first = task.transfer.accuracy.slice(0, 11);
    assert.ok(Math.abs(task.lca - first.reduce((a, b) => a + b) / 11) < 1e-12);
  }
  assert.equal(trainer.tracker!.matrix[3][2], report.tasks[2].zeroShot);
});

test('a model without an output layer of its own for each task is refused', async () => {
  const trainer = new NaiveTrainer(new DomainMLP({ hidden, nClasses: 2 }), { epochs: 1 });
  await assert.rejects(measureTransfer(trainer, stream(128), { hidden }), /use MultiHeadMLP or ProgressiveNeuralNet/);
});
