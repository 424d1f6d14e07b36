import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { initBackend } from '../../src/backend';
import { findMethod, METHODS } from '../../src/methods';
import { architectureFor, Model } from '../../src/models';
import type { CLTrainer } from '../../src/training';
import { easyStream, smallModel } from '../methods/fixtures';
import { interruptAfter, printed } from './fixtures';

before(async () => {
  await initBackend();
});

const OPTIONS = { epochs: 1, lr: 0.02, seed: 1 };
const [first, second] = easyStream('class-incremental').trainLoaders;
const make = (method: string, model: Model = smallModel('SingleHeadMLP')) =>
  findMethod(method).create(model, { ...OPTIONS, ...(method === 'randumb' && { features: 20 }) });

/** A copy of a model that has learnt the first task, as one restored from a file. */
async function learntModel(): Promise<Model> {
  const trainer = make('naive');
  await trainer.trainTask(first);
  return Model.from(JSON.parse(JSON.stringify(trainer.model.state())));
}

for (const { name, needs } of METHODS.filter(({ needs }) => needs.architecture === undefined)) {
  test(`${name}: a new trainer on a model that has learnt says once ${needs.memory ? `that it has no ${needs.memory}` : 'that it goes on'}`, async (t) => {
    const trainer = make(name, await learntModel());
    const lines = printed(t);
    await trainer.trainTask(second);
    await trainer.consolidate(second);
    await trainer.trainTask(easyStream('class-incremental').trainLoaders[2]);
    const before = `${trainer.constructor.name}: the model has learnt 1 task without this trainer (classes 0, 1)`;
    assert.deepEqual(lines, [
      needs.memory
        ? `warn: ${before}, of which this trainer has no ${needs.memory}: for those it is no better than plain fine-tuning. ` +
          'To go on with them, restore the trainer that learnt them: trainer.restore(state).'
        : `info: ${before}; it goes on from the model's weights.`,
    ]);
  });
}

test('a trainer whose model another one trained meanwhile says so; one that was restored with its model does not', async (t) => {
  const one = make('ewc');
  await one.trainTask(first);
  await one.consolidate(first);
  const state = one.state();
  await make('naive', one.model).trainTask(second);
  const lines = printed(t);
  await one.trainTask(second);
  assert.equal(lines.length, 1);
  assert.match(
    lines[0],
    /^warn: EWC: the model has learnt 1 task without this trainer \(classes 2, 3\), of which .* no importances/,
  );
  const restored = make('ewc');
  restored.restore(state);
  await restored.trainTask(second);
  assert.equal(lines.length, 1);
});

test('a task that was trained and not consolidated is named when the next begins, where the method keeps something', async (t) => {
  const lines = printed(t);
  const train = async (trainer: CLTrainer<object>) => {
    await trainer.trainTask(first);
    await assert.rejects(trainer.trainTask(second, interruptAfter(3)), { name: 'TrainingInterrupted' });
    await trainer.trainTask(second);
  };
  await train(make('ewc'));
  assert.deepEqual(lines, [
    'warn: EWC: task 1 was trained but not consolidated, so there are no importances and anchors of it. ' +
      'Call consolidate(loader) right after trainTask(loader), or use runSequence.',
  ]);
  await train(make('naive'));
  assert.equal(lines.length, 1, 'naive has nothing to keep');
});

test('a task that is given up in the middle is named', async (t) => {
  const trainer = findMethod('naive').create(smallModel('SingleHeadMLP'), { ...OPTIONS, epochs: 3 });
  await assert.rejects(trainer.trainTask(first, interruptAfter(3)), { name: 'TrainingInterrupted' });
  const lines = printed(t);
  await trainer.trainTask(second);
  assert.deepEqual(lines, [
    'warn: NaiveTrainer: training of task 1 was interrupted and is not finished; it does not count as learnt. ' +
      'To finish it, call trainTask with its loader again.',
  ]);
});

test('an ordinary runSequence prints nothing, interrupted and called again as well', async (t) => {
  const lines = printed(t);
  for (const { name, needs } of METHODS) {
    const scenario = needs.taskId === 'test' ? 'task-incremental' : 'class-incremental';
    const trainer = make(name, smallModel(needs.architecture ?? architectureFor(scenario)));
    const call = interruptAfter(2, 4);
    for (let calls = 0; calls < 3; calls++) await trainer.runSequence(easyStream(scenario), call).catch(() => undefined);
    assert.equal(trainer.tracker!.matrix[2][2] === null, false, name);
  }
  assert.deepEqual(lines, []);
});
