import assert from 'node:assert/strict';
import { test } from 'node:test';
import { learningCurvesTable, studyTable, zeroShotTable } from '../../src/benchmark';
import type { ExperimentResult, LearningCurvesReport, SpecInput } from '../../src/experiments';
import { failedRun } from '../../src/experiments/failedRun';
import { planned, result, SMALL } from '../experiments/fixtures';

const withAcc = (acc: number, spec: Partial<SpecInput> = {}, label?: string) =>
  result({ metrics: { ...result().metrics, acc } }, planned(spec, { study: 'task-incremental', label }));
const rowsOf = (table: string, name: RegExp) => table.split('\n').filter((line) => name.test(line));

test('the table of a study has a row a method with ACC, BWT, FM and runtime', () => {
  const table = studyTable('task-incremental', [result(), withAcc(0.9876, { method: { name: 'er' } })]);
  assert.match(table, /^Task-incremental: the task id is known/);
  assert.match(table, /split-mnist, synthetic data \(chance level\), 2 tasks, 1 epoch, 128 training images a task, seed 1/);
  assert.match(table, /Method +ACC +BWT +FM +Runtime/);
  assert.match(table, /Naive +0\.6500 +-0\.4000 +0\.4000 +12 s/);
  assert.match(table, /ER +0\.9876/);
});

test('several seeds are shown as mean ± half the 95 % interval', () => {
  const table = studyTable('task-incremental', [withAcc(0.5, { seed: 1 }), withAcc(0.7, { seed: 2 })]);
  assert.match(table, /seeds 1, 2/);
  assert.match(table, /0\.6000 ± 1\.2706/); // t(0.975, 1) = 12.706, std/√2 = 0.1
});

test('the same run twice is no second seed', () => {
  const table = studyTable('task-incremental', [withAcc(0.5), withAcc(0.5)]);
  assert.match(table, /Naive +0\.5000 +/);
  assert.doesNotMatch(table, /±/);
});

test('values of a sweep are rows of their own, named by what differs, not seeds of one label', () => {
  const sweep = [1, 10, 100].map((lambda, i) => withAcc(0.5 + i / 10, { method: { name: 'ewc', options: { lambda } } }));
  const table = studyTable('task-incremental', sweep);
  assert.deepEqual(
    rowsOf(table, /^EWC/).map((row) => row.split(/ {2,}/).slice(0, 2)),
    [
      ['EWC (lambda 1)', '0.5000'],
      ['EWC (lambda 10)', '0.6000'],
      ['EWC (lambda 100)', '0.7000'],
    ],
  );
  assert.doesNotMatch(table, /±/);
  const rates = [0.1, 0.01].map((lr) => withAcc(0.5, { optimizer: { lr } }));
  assert.deepEqual(
    rowsOf(studyTable('task-incremental', rates), /^Naive/).map((row) => row.split(/ {2,}/)[0]),
    ['Naive (lr 0.1)', 'Naive (lr 0.01)'],
  );
});

test('results on different streams get tables of their own, whose heads say how they differ', () => {
  const other = { stream: { ...SMALL.stream, batchSize: 32 } };
  const table = studyTable('task-incremental', [withAcc(0.5), withAcc(0.7, other), withAcc(0.6, { ...other, seed: 2 })]);
  assert.match(table, /batchSize 64, seed 1\n\n[^]*Naive +0\.5000 +[^]*batchSize 32, seeds 1, 2\n\n[^]*Naive +0\.6500 ±/);
});

test('the head of a table says where only the first tasks were learnt, and where validation data was measured on', () => {
  const stream = { ...SMALL.stream, firstTasks: 2, validationFraction: 0.25 };
  const table = studyTable('task-incremental', [withAcc(0.5, { stream })]);
  assert.match(table, /, the first 2 of 5 tasks, 1 epoch, 128 training images a task, measured on validation data, seed 1/);
  assert.doesNotMatch(studyTable('task-incremental', [withAcc(0.5)]), /first|validation/);
});

test('a study of your own has its name for a title; one without results is refused', () => {
  assert.match(studyTable('mine', [result({ study: 'mine' })]), /^mine\nsplit-mnist/);
  assert.throws(() => studyTable('mine', [result()]), /no result of the study 'mine'/);
});

const curve = { steps: [0, 1], accuracy: [0.5, 0.6] };
const report: LearningCurvesReport = {
  tasks: [{ task: 1, taskName: 'digits 2, 3', zeroShot: 0.5, transfer: curve, scratch: curve, lca: 0.55, lcaScratch: 0.45 }],
  zeroShot: 0.5,
  lca: 0.55,
  lcaScratch: 0.45,
  afterSteps: [[1, 0.6, 0.4]],
};
const learnt = (changes: Partial<LearningCurvesReport>, seed = 1): ExperimentResult =>
  result({ study: 'forward-transfer', learningCurves: { ...report, ...changes } }, planned({ seed }));

test('the tables of learning curves show zero-shot accuracy by task and both starts side by side', () => {
  assert.match(
    learningCurvesTable([learnt({})]),
    /Naive +after earlier tasks +0\.5000 +0\.5500 +0\.6000\n +from scratch +– +0\.4500 +0\.4000/,
  );
  assert.match(zeroShotTable([learnt({})]), /digits 2, 3\n.*\nNaive +0\.5000/);
});

test('learning curves of several seeds are averaged, over the steps that all reach', () => {
  const table = learningCurvesTable([
    learnt({
      lca: 0.5,
      afterSteps: [
        [1, 0.6, 0.4],
        [10, 0.9, 0.9],
      ],
    }),
    learnt({ lca: 0.7, afterSteps: [[1, 0.8, 0.4]] }, 2),
  ]);
  assert.match(table, /0\.6000 ± 1\.2706/);
  assert.match(table, /0\.7000 ± 1\.2706/);
  assert.doesNotMatch(table, /10 steps/);
});

test('where tasks are too short for LCA@10 there is none, and the reason is told', () => {
  const table = learningCurvesTable([learnt({ lca: null, lcaScratch: null })]);
  assert.match(table, /after earlier tasks +0\.5000 +– +0\.6000/);
  assert.match(table, /No LCA@10: a task has fewer than 10 steps/);
  assert.throws(() => learningCurvesTable([result()]), /no result has learning curves/);
});

test('failed seeds are counted and told with their reason, and enter no mean; so is a method that never gave a result', () => {
  const failing = (seed: number, name = 'ewc') =>
    failedRun(planned({ seed, method: { name } }, { study: 'task-incremental' }), 'task 1: the loss exploded to 1e5');
  const done = [1, 2].map((seed) => withAcc(0.4 + seed / 10, { seed, method: { name: 'ewc' } }));
  const table = studyTable('task-incremental', [...done, failing(3), failing(1, 'gem')]);
  assert.match(table, /^EWC \(2 of 3 seeds\) +0\.5500 ± 0\.6353/m);
  assert.match(table, /^GEM \(0 of 1 seed\) +– +– +– +–$/m);
  assert.match(table, /^No result: EWC, seed 3 \(diverged: task 1: the loss exploded to 1e5\)$/m);
  assert.match(table, /seeds 1, 2, 3/);
});

test('failed runs are counted in the tables of learning curves, too', () => {
  const spec = { measure: { learningCurves: true }, seed: 2 };
  const failed = failedRun(planned(spec, { study: 'forward-transfer' }), 'worker terminated');
  const done = { ...learnt({}), spec: { ...planned(spec).spec, seed: 1 } };
  assert.match(learningCurvesTable([done, failed]), /^Naive \(1 of 2 seeds\) +after earlier tasks +0\.5000/m);
  assert.match(zeroShotTable([done, failed]), /^Naive \(1 of 2 seeds\) +0\.5000/m);
  assert.throws(() => zeroShotTable([failed]), /no result has learning curves/);
});

test('a run that stayed at chance is told, unless its data is random anyway', () => {
  const real = { stream: { ...SMALL.stream, data: 'real' } };
  const stuck = (spec: Partial<SpecInput>) => ({ ...withAcc(0.5, spec), stuckAtChance: 'no task was learnt better than chance' });
  assert.match(
    studyTable('task-incremental', [stuck(real)]),
    /Stuck at chance: Naive, seed 1 \(no task was learnt better than chance\)/,
  );
  assert.doesNotMatch(studyTable('task-incremental', [stuck({})]), /Stuck/);
});
