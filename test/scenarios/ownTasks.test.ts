import assert from 'node:assert/strict';
import { test } from 'node:test';
import { taskScenario, type OwnTasksOptions, type TaskArrays } from '../../src/scenarios/ownTasks';
import { labelCounts } from './fixtures';

/** Rows whose first number says which task and class they are of. */
const part = (task: number, labels: number[]) => ({ inputs: labels.map((label, i) => [10 * task + label, i]), labels });
const each = (labels: number[], count: number) => labels.flatMap((label) => new Array<number>(count).fill(label));
const task = (id: number, name: string, labels: number[], count = 10): TaskArrays => ({
  name,
  train: part(id, each(labels, count)),
  test: part(id, each(labels, 4)),
});
const codes = (loader: { sampleImages(count: number): Float32Array[]; size: number }) =>
  [...new Set(loader.sampleImages(loader.size).map(([code]) => code))].sort((a, b) => a - b);

test('task-incremental: label 0 of each task is a class of its own, tasks may be of unequal size', () => {
  const own = [{ ...task(0, 'animals', [0, 1, 2]), classNames: ['cat', 'dog', 'horse'] }, task(1, 'cars', [0, 1], 5)];
  const stream = taskScenario(own);
  assert.equal(stream.scenario, 'task-incremental');
  assert.equal(new Set(stream.dataset.train.labels).size, 5, 'classes of the data set');
  assert.deepEqual(
    stream.tasks.map(({ name, classes, classNames }) => [name, classes, classNames]),
    [
      ['animals', [0, 1, 2], ['cat', 'dog', 'horse']],
      ['cars', [0, 1], ['0', '1']],
    ],
  );
  assert.deepEqual(stream.trainLoaders.map(labelCounts), [{ 0: 10, 1: 10, 2: 10 }, { 0: 5, 1: 5 }]); // prettier-ignore
  assert.deepEqual(stream.trainLoaders.map(codes), [[0, 1, 2], [10, 11]]); // prettier-ignore
  assert.deepEqual(stream.testLoaders.map(codes), [[0, 1, 2], [10, 11]]); // prettier-ignore
});

test('class-incremental: labels mean one class in all tasks, are served as they first come, and may come again', () => {
  const own = [task(0, 'first', [2, 3]), task(1, 'second', [0, 1]), task(2, 'again', [0, 2])];
  const { tasks, trainLoaders } = taskScenario(own, { scenario: 'class-incremental', classNames: ['a', 'b', 'c', 'd'] });
  assert.deepEqual(tasks.map(({ classes, classNames }) => [classes, classNames]), [[[0, 1], ['c', 'd']], [[2, 3], ['a', 'b']], [[0, 2], ['c', 'a']]]); // prettier-ignore
  const { labels } = trainLoaders[2].hostData();
  trainLoaders[2]
    .sampleImages(20)
    .forEach(([code], i) => assert.equal(labels[i], code === 22 ? 0 : 2, 'label 2 of the arrays came first'));
});

test('what does not fit is refused in words, with its place', () => {
  const refused = (tasks: TaskArrays[], reason: RegExp, options?: OwnTasksOptions) =>
    assert.throws(() => taskScenario(tasks, options), reason);
  const fine = task(0, 'fine', [0, 1]);
  refused([], /the first argument/);
  refused([fine, task(1, 'fine', [0, 1])], /two domains are named 'fine'/);
  refused([{ ...fine, test: part(0, [0, 5]) }], /task 0: test label 5 is of no training sample/);
  refused([task(0, 'gap', [0, 2])], /labels of a task-incremental task are 0, 1, …; this one has 0, 2/);
  refused([task(0, 'single', [0])], /nothing to tell apart/);
  refused([{ ...fine, classNames: ['only one'] }], /1 class names for 2 classes/);
  refused([{ ...fine, classNames: ['a', 'b'] }], /give them as an option/, { scenario: 'class-incremental' });
  refused([task(0, 'gap', [0, 2])], /none has label 1/, { scenario: 'class-incremental' });
  refused([fine], /use domainScenario/, { scenario: 'domain-incremental' });
  refused([{ ...fine, tests: 1 } as never], /unknown option 'tests'/);
  refused([fine, 5 as never], /task 1: it is 5/);
});
