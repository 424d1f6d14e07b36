import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runExperiment } from '../../src/experiments';
import { stuckAtChance } from '../../src/experiments/chance';
import { getSplitMnist } from '../../src/scenarios';
import { planned, SMALL } from './fixtures';

const { testLoaders } = getSplitMnist({
  data: 'synthetic',
  seed: 1,
  nTasks: 3,
  classesPerTask: 2,
  limitPerTask: 40,
  testLimitPerTask: 400,
});
const diagonal = (...accuracies: number[]) => accuracies.map((value, i) => accuracies.map((_, j) => (i === j ? value : 0.5)));

test('a run whose tasks were learnt is not stuck, however much was forgotten', () => {
  assert.equal(stuckAtChance(diagonal(0.9, 0.8, 0.7), testLoaders), undefined);
  assert.equal(stuckAtChance(diagonal(0.5, 0.5, 0.9), testLoaders), undefined, 'it learnt in the end');
});

test('a run is stuck where from some task on none was answered better than by one constant answer', () => {
  const text = /^no task was learnt better than chance \(accuracy 0\.520 on the last task, chance 0\.5\d\d\)$/;
  assert.match(stuckAtChance(diagonal(0.5, 0.51, 0.52), testLoaders)!, text);
  assert.match(
    stuckAtChance(diagonal(0.9, 0.51, 0), testLoaders)!,
    /^from task 2 \(digits 2, 3\) on none was learnt better than chance \(accuracy 0\.000 on the last/,
  );
});

test('what was not measured, and tests too small to tell, are no reason', () => {
  assert.equal(stuckAtChance([[null]], testLoaders.slice(0, 1)), undefined);
  const few = getSplitMnist({ data: 'synthetic', seed: 1, nTasks: 3, classesPerTask: 2, limitPerTask: 40, testLimitPerTask: 6 });
  assert.equal(stuckAtChance(diagonal(0.5, 0.5, 0.5), few.testLoaders), undefined);
});

test('a result says that its run was stuck: random pixels teach nothing, digits do', async () => {
  const asked = (data: string) => planned({ stream: { ...SMALL.stream, data, testLimitPerTask: 400, limitPerTask: 600 } });
  assert.match((await runExperiment(asked('synthetic'))).stuckAtChance!, /chance/);
  assert.ok(!('stuckAtChance' in (await runExperiment(asked('real')))));
});
