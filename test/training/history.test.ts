import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { initBackend } from '../../src/backend';
import { EWC, NaiveTrainer } from '../../src/methods';
import { CLMetricsTracker } from '../../src/metrics';
import { permutedScenario, rotatedScenario, splitScenario } from '../../src/scenarios';
import type { TaskStream } from '../../src/scenarios';
import { easyDataset, easyStream, smallModel } from '../methods/fixtures';
import { interruptAfter, weightBytes } from './fixtures';

before(async () => {
  await initBackend();
});

const OPTIONS = { epochs: 1, lr: 0.05, seed: 1 };
const dataset = easyDataset();
const classes = (options: object = {}) =>
  splitScenario(dataset, { scenario: 'class-incremental', nTasks: 3, seed: 7, ...options });
const OTHER =
  /NaiveTrainer: the .* data of task \d .* is of another stream than the task that is known under this number; give one trainer one stream/;

/** Two streams with the same numbers of tasks, the architecture for them, and the first task that differs. */
const PAIRS: Record<string, [TaskStream, TaskStream, string, number]> = {
  'another class order': [classes(), classes({ classOrder: [5, 4, 3, 2, 1, 0] }), 'SingleHeadMLP', 0],
  'another data set': [
    classes(),
    splitScenario(easyDataset(30), { scenario: 'class-incremental', nTasks: 3, seed: 7 }),
    'SingleHeadMLP',
    0,
  ],
  'other permutations': [
    permutedScenario(dataset, { nTasks: 3, seed: 7 }),
    permutedScenario(dataset, { nTasks: 3, seed: 8 }),
    'DomainMLP',
    1, // the first task is not permuted
  ],
  'other angles': [
    rotatedScenario(dataset, { nTasks: 3, seed: 7, angles: [0, 40, 80] }),
    rotatedScenario(dataset, { nTasks: 3, seed: 7, angles: [0, 20, 60] }),
    'DomainMLP',
    1,
  ],
};

for (const [what, [own, other, architecture, first]] of Object.entries(PAIRS)) {
  test(`a stream with ${what} is refused by a trainer that knows another, in every call, and changes nothing`, async () => {
    const trainer = new NaiveTrainer(smallModel(architecture), OPTIONS);
    await trainer.runSequence(own);
    const [before, matrix] = [weightBytes(trainer.model), trainer.tracker!.matrix];
    await assert.rejects(trainer.trainTask(other.trainLoaders[first]), OTHER);
    await assert.rejects(trainer.consolidate(other.trainLoaders[first]), OTHER);
    await assert.rejects(trainer.evaluate(other.testLoaders[first]), OTHER);
    await assert.rejects(trainer.evaluateAll(other.testLoaders, trainer.tracker), OTHER);
    await assert.rejects(trainer.runSequence(other), OTHER);
    await assert.rejects(
      trainer.runSequence({ trainLoaders: own.trainLoaders, testLoaders: other.testLoaders }),
      /are of different streams; take both from one stream/,
    );
    assert.equal(weightBytes(trainer.model), before);
    assert.deepEqual(trainer.tracker!.matrix, matrix);
  });
}

test('runSequence makes the whole stream known: later tasks of another are refused before they are begun', async () => {
  const [own, other, architecture] = PAIRS['other permutations'];
  const trainer = new NaiveTrainer(smallModel(architecture), { ...OPTIONS, epochs: 4 });
  await assert.rejects(trainer.runSequence(own, { signal: { aborted: true } }), { name: 'TrainingInterrupted' });
  await assert.rejects(trainer.evaluate(other.testLoaders[2]), OTHER);
});

test('a task of another scenario is refused, whatever its number', async () => {
  const trainer = new NaiveTrainer(smallModel('SingleHeadMLP'), OPTIONS);
  await trainer.trainTask(classes().trainLoaders[0]);
  await assert.rejects(
    trainer.trainTask(permutedScenario(dataset, { nTasks: 3 }).trainLoaders[1]),
    /of another stream than the tasks before: it is domain-incremental, they are class-incremental; give one trainer one stream/,
  );
});

test('the same stream made again is the same stream: limits and batch sizes may differ', async () => {
  const trainer = new NaiveTrainer(smallModel('SingleHeadMLP'), OPTIONS);
  await trainer.trainTask(classes().trainLoaders[0]);
  await trainer.trainTask(classes({ batchSize: 8, limitPerTask: 40 }).trainLoaders[1]);
  assert.ok((await trainer.evaluate(classes({ testLimitPerTask: 10 }).testLoaders[1])) > 0);
});

test('a task that was interrupted goes on with its own samples, batches and order only', async () => {
  const trainer = new NaiveTrainer(smallModel('SingleHeadMLP'), { ...OPTIONS, epochs: 4 });
  const options = { batchSize: 16 };
  await assert.rejects(trainer.trainTask(classes(options).trainLoaders[0], interruptAfter(3)));
  const before = weightBytes(trainer.model);
  for (const changed of [{ batchSize: 10 }, { ...options, limitPerTask: 40 }, { ...options, seed: 8 }]) {
    await assert.rejects(
      trainer.trainTask(classes(changed).trainLoaders[0]),
      /NaiveTrainer: training of task 1 \(.*\) was interrupted with other data: other samples, batches or order; go on with the loader/,
    );
  }
  assert.equal(weightBytes(trainer.model), before);
  await trainer.trainTask(classes(options).trainLoaders[0]);
});

test('each task is consolidated right after its training, once: late, early and in the middle of another it is refused', async () => {
  const [first, second] = easyStream('class-incremental').trainLoaders;
  const trainer = new EWC(smallModel('SingleHeadMLP'), { ...OPTIONS, epochs: 4 });
  await assert.rejects(trainer.consolidate(first), /EWC.consolidate: task 1 has not been trained; call trainTask with it first/);
  await trainer.trainTask(first);
  await assert.rejects(trainer.consolidate(second), /task 2 has not been trained/);
  await assert.rejects(trainer.trainTask(second, interruptAfter(3)), { name: 'TrainingInterrupted' });
  const since =
    /EWC.consolidate: task 2 was trained since, so the weights are no longer those after task 1; consolidate each task/;
  await assert.rejects(trainer.consolidate(first), since);
  await trainer.trainTask(second);
  await assert.rejects(trainer.consolidate(first), since);
  await trainer.consolidate(second);
  await assert.rejects(trainer.consolidate(second), /EWC.consolidate: task 2 was consolidated already/);
  assert.equal(trainer.penalty(), 0, 'the anchor lies at the weights after task 1');
});

test('a column is that of the task trained last; where there is none, it has to be named', async () => {
  const { trainLoaders, testLoaders } = easyStream('class-incremental');
  const trainer = new NaiveTrainer(smallModel('SingleHeadMLP'), { ...OPTIONS, epochs: 4 });
  const tracker = new CLMetricsTracker(3);
  const columns = () => [0, 1, 2].filter((column) => tracker.matrix.some((row) => row[column] !== null));
  const measure = (afterTask?: number) => trainer.evaluateAll(testLoaders, tracker, afterTask);
  await assert.rejects(measure(), /evaluateAll: no task has been trained, so there is no column to record/);
  await trainer.trainTask(trainLoaders[0]);
  await measure();
  await trainer.trainTask(trainLoaders[0]);
  await measure(); // again right after itself: still the column of the first task
  assert.deepEqual(columns(), [0]);
  await assert.rejects(trainer.trainTask(trainLoaders[1], interruptAfter(3)));
  await assert.rejects(measure(), /a task is being trained, so this is not a measurement after a task; pass afterTask/);
  await trainer.trainTask(trainLoaders[1]);
  await trainer.trainTask(trainLoaders[0]);
  await assert.rejects(measure(), /task 1 was trained again after others, so this is not a measurement after it; pass afterTask/);
  assert.deepEqual(columns(), [0]);
  await measure(2);
  assert.deepEqual(columns(), [0, 2]);
});

test('a task that is trained again in the middle of a stream leaves the matrix as it is, and the stream goes on', async () => {
  const stream = easyStream('class-incremental');
  const shorter = { trainLoaders: stream.trainLoaders.slice(0, 2), testLoaders: stream.testLoaders.slice(0, 2) };
  const trainer = new NaiveTrainer(smallModel('SingleHeadMLP'), { ...OPTIONS, epochs: 4 });
  const before = (await trainer.runSequence(shorter)).matrix;
  await trainer.trainTask(stream.trainLoaders[0]);
  assert.deepEqual((await trainer.runSequence(shorter)).matrix, before);
  const { matrix } = await trainer.runSequence(stream);
  assert.deepEqual(
    matrix.slice(0, 2).map((row) => row.slice(0, 2)),
    before,
  );
  assert.deepEqual(matrix[2].slice(0, 2), [null, null], 'no zero-shot accuracy: the weights were those after no column');
  assert.ok(matrix.every((row) => row[2] !== null));
});
