import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Kernels, Value } from '../../src/backend';
import { meanAnswers, measureAnswers } from '../../src/experiments';
import { NaiveTrainer, NCM } from '../../src/methods';
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
  protected override scores(k: Kernels, x: Value): Value {
    return k.oneHot(k.tensor(new Int32Array(x.shape[0]), [x.shape[0]]), 6);
  }
}

test('a method that answers in its own way is asked in its own way, masked or not', async () => {
  const stream = easyStream('domain-incremental');
  const trainer = new Constant(smallModel('DomainMLP'), OPTIONS);
  await trainer.runSequence(stream);
  const report = await measureAnswers(trainer, stream);
  assert.equal(report.tasks[0].accuracy, 1 / 6);
  assert.equal(meanAnswers(report).masked, 1 / 6, 'all six classes are of the task');
  assert.equal(report.recencyBias, null, 'classes do not arrive with the tasks');
  assert.deepEqual(report.confusion!.map(([first]) => first), [60, 60, 60, 60, 60, 60]); // prettier-ignore
});

test('of nearest means the masked answer is the nearest of the task’s own means', async () => {
  const stream = easyStream('class-incremental');
  const trainer = new NCM(smallModel('SingleHeadMLP'), { seed: 1 });
  const { matrix } = await trainer.runSequence(stream);
  const report = await measureAnswers(trainer, stream);
  for (const [i, loader] of stream.testLoaders.entries()) {
    const { images, labels } = loader.hostData();
    const away = (label: number, row: number) =>
      Math.hypot(...trainer.statistics.means[label].map((mean, j) => mean - images[row * 16 + j]));
    const [one, other] = loader.task.classes;
    const right = labels.filter((label, row) => label === (away(one, row) <= away(other, row) ? one : other)).length;
    assert.deepEqual(report.tasks[i], { ...report.tasks[i], accuracy: matrix[i][2], masked: right / loader.size });
  }
});

test('of reports of earlier versions, some of which have no masked accuracies, the mean has none', () => {
  const tasks = [1, null].map((masked, task) => ({ task, taskName: 'a', accuracy: 1, masked }));
  const report = { tasks, confusion: null, classNames: null, recencyBias: null, whyNotMasked: 'so' };
  assert.deepEqual(meanAnswers(report), { accuracy: 1, masked: null });
});
