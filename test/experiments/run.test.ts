import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planRun, registerStream, runExperiment } from '../../src/experiments';
import type { SpecInput } from '../../src/experiments';
import { failedRun } from '../../src/experiments/failedRun';
import type { ScenarioName } from '../../src/data/task';
import { methodCompatibility, METHODS } from '../../src/methods';
import { splitScenario } from '../../src/scenarios';
import type { ProgressEvent } from '../../src/training';
import { CLMetrics } from '../../src/metrics';
import { tinyDataset } from '../data/fixtures';
import { withoutTestData } from '../scenarios/fixtures';
import { planned, SMALL } from './fixtures';

test('a result holds the run, its matrix, metrics and names of the tasks, and is plain JSON', async () => {
  const asked = planned({ method: { name: 'er', options: { capacity: 20 } } });
  const result = await runExperiment(asked);
  assert.deepEqual(JSON.parse(JSON.stringify(result)), result);
  const { id, study, label, spec } = result;
  assert.deepEqual({ id, study, label, spec }, { id: asked.id, study: asked.study, label: asked.label, spec: asked.spec });
  assert.deepEqual([result.method, result.seed, result.taskNames![1]], ['er', 1, 'digits 2, 3']);
  assert.deepEqual(
    result.matrix.map((row, i) => row.map((cell, j) => cell !== null || i > j + 1)),
    Array.from({ length: 5 }, () => Array(5).fill(true)),
  );
  const again = new CLMetrics(result.matrix);
  assert.equal(result.metrics.acc, again.acc);
  assert.equal(result.metrics.bwt, again.bwt);
  assert.ok(result.seconds > 0 && result.peakMb > 10);
  assert.equal(result.parameters.total, 784 * 16 + 16 + 5 * (16 * 2 + 2));
});

test('the same seed gives the same numbers, another seed others', async () => {
  const [first, second, other] = [
    await runExperiment(planned()),
    await runExperiment(planned()),
    await runExperiment(planned({ seed: 2 })),
  ];
  assert.deepEqual(second.matrix, first.matrix);
  assert.equal(second.fingerprint, first.fingerprint);
  assert.notDeepEqual(other.matrix, first.matrix);
});

test('model, optimiser, method and stream of the spec are those that learn', async () => {
  const base = await runExperiment(planned());
  for (const change of [
    { model: { hidden: [16], seed: 9 } },
    { model: { conv: [{ filters: 2 }], hidden: [] } },
    { optimizer: { name: 'adam' } },
    { optimizer: { lr: 0.1 } },
    { method: { name: 'er', options: { replayRatio: 2 } } },
    { stream: { ...SMALL.stream, batchSize: 16 } },
    { epochs: 2 },
  ]) {
    const other = await runExperiment(planned(change));
    assert.notDeepEqual(other.matrix, base.matrix, JSON.stringify(change));
  }
});

test('random pixels leave every method at chance: 0.5 with the task id', async () => {
  const { metrics } = await runExperiment(planned({ stream: { name: 'split-mnist', data: 'synthetic' } }));
  assert.ok(Math.abs(metrics.acc! - 0.5) < 0.06, `ACC ${metrics.acc}`);
});

test('progress runs through all tasks and ends at the last step of the last', async () => {
  const events: ProgressEvent[] = [];
  await runExperiment(planned(), { onProgress: (event) => events.push(event) });
  const last = events[events.length - 1];
  assert.deepEqual([...new Set(events.map(({ task }) => task))], [0, 1, 2, 3, 4]);
  assert.deepEqual([last.task, last.nTasks, last.step, last.epoch], [4, 5, last.steps, 1]);
});

test('every stream runs in its scenario', async () => {
  for (const [name, scenario, nTasks] of [
    ['split-fashion-mnist', 'class-incremental', 5],
    ['rotated-mnist', 'domain-incremental', 2],
    ['permuted-mnist', 'domain-incremental', 2],
    ['rotated-mnist', 'class-incremental', 2],
    ['permuted-mnist', 'class-incremental', 2],
  ] as const) {
    const result = await runExperiment(
      planned({ stream: { ...SMALL.stream, name, scenario, nTasks, data: 'real' } }, { study: scenario }),
    );
    assert.equal(result.matrix.length, nTasks, name);
  }
});

test('validationFraction evaluates on images that were held out of training, not on test images', async () => {
  const onTest = await runExperiment(planned());
  const onValidation = await runExperiment(planned({ stream: { ...SMALL.stream, validationFraction: 0.25 } }));
  assert.notEqual(onValidation.fingerprint, onTest.fingerprint);
  const eighths = onValidation.matrix
    .flat()
    .filter((cell) => cell !== null)
    .map((cell) => cell! * 32);
  assert.ok(
    eighths.every((value) => Math.abs(value - Math.round(value)) < 1e-6),
    'accuracies are multiples of 1/32: a quarter of 128 images',
  );
});

test('where validation data is held out, no method and no measurement reads a test image or a test label', async () => {
  const guarded = withoutTestData(tinyDataset());
  registerStream('without-test-data', (options) => splitScenario(guarded, options));
  const spec = (scenario: ScenarioName, method: string, more: Partial<SpecInput> = {}): SpecInput => ({
    stream: { name: 'without-test-data', scenario, validationFraction: 0.2, nTasks: 5 },
    model: { hidden: [64] },
    method: { name: method, options: method === 'randumb' ? { features: 20 } : {} },
    epochs: 2,
    seed: 1,
    ...more,
  });
  let runs = 0;
  for (const scenario of ['task-incremental', 'class-incremental'] as const) {
    for (const { name } of METHODS.filter((method) => methodCompatibility(method.name, scenario).fit !== 'no')) {
      const { metrics } = await runExperiment(planRun(spec(scenario, name)));
      assert.ok(metrics.acc! >= 0 && Math.abs(metrics.acc! * 40 - Math.round(metrics.acc! * 40)) < 1e-6, name); // 8 images a task
      runs++;
    }
  }
  assert.ok(runs > 30);
  for (const measure of [{ learningCurves: true }, { insideTasks: 2 }, { answers: true }]) {
    const run = planRun(spec('task-incremental', 'naive', { measure }));
    assert.ok((await runExperiment(run)).metrics.acc! >= 0);
  }
  const onTest = { ...spec('class-incremental', 'naive').stream, validationFraction: 0 };
  assert.throws(() => planRun(spec('class-incremental', 'naive', { stream: onTest })), /test data is read/);
});

test('a stream of one’s own that passes over validation data or first tasks is refused: test data would decide', () => {
  registerStream('forgetful', ({ seed }) => splitScenario(tinyDataset(), { seed: seed as number }));
  const spec = (more: object): SpecInput => ({ stream: { name: 'forgetful', ...more }, method: { name: 'naive' }, seed: 1 });
  assert.equal(planRun(spec({ validationFraction: 0 })).spec.stream.validationFraction, 0);
  assert.throws(
    () => planRun(spec({ validationFraction: 0.1 })),
    /stream 'forgetful': it passes over validationFraction, so test/,
  );
  assert.throws(() => planRun(spec({ firstTasks: 2 })), /stream 'forgetful': it passes over firstTasks: it has 5 tasks/);
});

test('a run on the first tasks has their matrix, an id of its own, and is planned from its own spec again', async () => {
  const [whole, first] = [planned(), planned({ stream: { ...SMALL.stream, firstTasks: 2 } })];
  const done = await runExperiment(first);
  assert.equal(done.matrix.length, 2);
  assert.deepEqual(done.matrix[0][0], (await runExperiment(whole)).matrix[0][0]);
  assert.notEqual(first.id, whole.id);
  assert.deepEqual(planRun(first.spec, first), first);
  assert.equal(failedRun(first, 'no').matrix.length, 2);
});

test('learning curves are measured where the spec asks for them', async () => {
  const result = await runExperiment(planned({ measure: { learningCurves: true } }));
  assert.equal(result.learningCurves!.tasks.length, 4);
  assert.equal((await runExperiment(planned())).learningCurves, undefined);
});

test('a run whose spec was changed after it was planned is refused', async () => {
  const run = planned();
  await assert.rejects(
    runExperiment({ ...run, spec: { ...run.spec, seed: 2 } }),
    /not those it was planned with .* plan it anew/,
  );
  await assert.rejects(runExperiment(run, { onprogress() {} } as object), /unknown option 'onprogress'/);
});
