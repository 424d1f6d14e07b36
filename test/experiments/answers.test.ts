import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Kernels, Value } from '../../src/backend';
import { meanAnswers, measureAnswers } from '../../src/experiments';
import { NaiveTrainer } from '../../src/methods';
import { CLTrainer } from '../../src/training';
import { easyStream, smallModel } from '../methods/fixtures';

const OPTIONS = { epochs: 3, lr: 0.05, seed: 1 };

test('class-incremental naive training: masked accuracies stay, unmasked ones fall, every answer is of the last task', async () => {
  const stream = easyStream('class-incremental');
  const trainer = new NaiveTrainer(smallModel('SingleHeadMLP'), OPTIONS);
  const { matrix } = await trainer.runSequence(stream);
  const report = await measureAnswers(trainer, stream);
  report.tasks.forEach(({ accuracy, masked }, i) => {
    assert.equal(accuracy, matrix[i][2]);
    assert.ok(masked! >= accuracy);
  });
  const { accuracy, masked } = meanAnswers(report);
  assert.ok(masked! > accuracy + 0.3, `${masked} against ${accuracy}`);
  assert.deepEqual(
    report.confusion!.map((row) => row.reduce((a, b) => a + b)),
    [20, 20, 20, 20, 20, 20],
  );
  const ofLast = report.confusion!.flatMap((row) => row.slice(4)).reduce((a, b) => a + b);
  assert.ok(Math.abs(report.recencyBias! - (ofLast / 120 - 1 / 3)) < 1e-12);
  assert.ok(report.recencyBias! > 0.6);
  assert.deepEqual(report.classNames, ['0', '1', '2', '3', '4', '5']);
});

test('where the task id is known masked and unmasked are the same question, and there is no common confusion matrix', async () => {
  const stream = easyStream('task-incremental');
  const trainer = new NaiveTrainer(smallModel('MultiHeadMLP'), OPTIONS);
  await trainer.runSequence(stream);
  const report = await measureAnswers(trainer, stream);
  for (const { accuracy, masked } of report.tasks) assert.equal(masked, accuracy);
  assert.deepEqual([report.confusion, report.classNames, report.recencyBias], [null, null, null]);
});

class Constant extends CLTrainer {
  override readonly method = 'constant';
  protected override predict(k: Kernels, x: Value): Value {
    return k.tensor(new Int32Array(x.shape[0]), [x.shape[0]]);
  }
}

test('a method that does not answer by outputs has no masked accuracy, and the report says why', async () => {
  const stream = easyStream('domain-incremental');
  const trainer = new Constant(smallModel('DomainMLP'), OPTIONS);
  await trainer.runSequence(stream);
  const report = await measureAnswers(trainer, stream);
  assert.equal(report.tasks[0].masked, null);
  assert.equal(report.tasks[0].accuracy, 1 / 6);
  assert.equal(meanAnswers(report).masked, null);
  assert.equal(report.recencyBias, null, 'classes do not arrive with the tasks');
  assert.match(report.whyNotMasked!, /constant answers by something else than the largest output/);
});
