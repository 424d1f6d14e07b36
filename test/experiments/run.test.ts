import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runExperiment } from '../../src/experiments';
import type { ProgressEvent } from '../../src/training';
import { CLMetrics } from '../../src/metrics';
import { experiment } from '../benchmark/fixtures';

test('a result holds the experiment, its matrix and metrics, and is plain JSON', async () => {
  const asked = experiment();
  const result = await runExperiment(asked);
  assert.deepEqual(JSON.parse(JSON.stringify(result)), result);
  for (const [name, value] of Object.entries(asked)) assert.deepEqual(result[name as keyof typeof result], value);
  assert.deepEqual(
    result.matrix.map((row, i) => row.map((cell, j) => cell !== null || i > j + 1)),
    Array.from({ length: 5 }, () => Array(5).fill(true)),
  );
  const again = new CLMetrics(result.matrix);
  assert.equal(result.metrics.acc, again.acc);
  assert.equal(result.metrics.bwt, again.bwt);
  assert.ok(result.seconds > 0 && result.peakMb > 10);
});

test('the same seed gives the same numbers, another seed others', async () => {
  const [first, second, other] = [
    await runExperiment(experiment()),
    await runExperiment(experiment()),
    await runExperiment(experiment({ seed: 2 })),
  ];
  assert.deepEqual(second.matrix, first.matrix);
  assert.equal(second.fingerprint, first.fingerprint);
  assert.notDeepEqual(other.matrix, first.matrix);
});

test('random pixels leave every method at chance: 0.5 with the task id', async () => {
  const { metrics } = await runExperiment(
    experiment({ stream: { ...experiment().stream, limitPerTask: undefined, testLimitPerTask: undefined } }),
  );
  assert.ok(Math.abs(metrics.acc! - 0.5) < 0.06, `ACC ${metrics.acc}`);
});

test('progress runs through all tasks and ends at the last step of the last', async () => {
  const events: ProgressEvent[] = [];
  await runExperiment(experiment(), (event) => events.push(event));
  const last = events[events.length - 1];
  assert.deepEqual([...new Set(events.map(({ task }) => task))], [0, 1, 2, 3, 4]);
  assert.deepEqual([last.task, last.nTasks, last.step, last.epoch], [4, 5, last.steps, 1]);
});

test('every data set opens in its scenario', async () => {
  const stream = { ...experiment().stream, nTasks: 2, data: 'real' as const };
  for (const [dataset, scenario] of [
    ['split-fashion-mnist', 'class-incremental'],
    ['rotated-mnist', 'domain-incremental'],
    ['permuted-mnist', 'domain-incremental'],
  ] as const) {
    const settings = dataset.startsWith('split') ? { ...stream, nTasks: 5 } : stream;
    const result = await runExperiment(experiment({ dataset, scenario, stream: settings }));
    assert.equal(result.matrix.length, settings.nTasks, dataset);
  }
});

test('validationFraction evaluates on images that were held out of training, not on test images', async () => {
  const stream = experiment().stream;
  const onTest = await runExperiment(experiment({ stream }));
  const onValidation = await runExperiment(experiment({ stream: { ...stream, validationFraction: 0.25 } }));
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
