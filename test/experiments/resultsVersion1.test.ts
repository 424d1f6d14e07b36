import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { learningCurvesTable, studyTable } from '../../src/benchmark';
import { configurationId, readResults } from '../../src/experiments';
import { content, experiment } from './version1';

const folder = mkdtempSync(join(tmpdir(), 'version1-'));
after(() => rmSync(folder, { recursive: true }));

function read(written: unknown) {
  const file = join(folder, 'results.json');
  writeFileSync(file, JSON.stringify(written));
  return readResults(file);
}

test('a file of version 1 gets the present form, nothing that it says is lost', () => {
  const { formatVersion, planned, versions, experiments, explained } = read(content(experiment));
  assert.deepEqual([formatVersion, planned, versions], [2, 1, { node: '20' }]);
  assert.match(explained.matrix, /rows i are the tasks evaluated/);
  const [{ spec, ...result }] = experiments;
  assert.deepEqual(spec, {
    specVersion: 1,
    stream: { name: 'split-mnist', scenario: 'task-incremental', nTasks: 2, batchSize: 64, data: 'real', limitPerTask: 500 },
    model: { hidden: [32] },
    optimizer: { name: 'sgd', lr: 0.02, momentum: 0.9 },
    method: { name: 'ewc', options: { lambda: 100 } },
    epochs: 5,
    seed: 42,
    measure: { learningCurves: true },
  });
  assert.deepEqual(result.parameters, experiment.capacity);
  assert.deepEqual(result.learningCurves!.tasks[0].transfer, experiment.transferReport.tasks[0].transfer);
  assert.equal(result.samples, 5 * 2 * 500);
  for (const name of [
    'study',
    'label',
    'method',
    'seed',
    'matrix',
    'metrics',
    'seconds',
    'peakMb',
    'device',
    'fingerprint',
  ] as const) {
    assert.deepEqual(result[name], experiment[name], name);
  }
});

test('its runs have ids: other seeds, options and data are other runs, seeds share their configuration', () => {
  const { experiments } = read(
    content(
      experiment,
      { ...experiment, seed: 1 },
      { ...experiment, options: { ...experiment.options, lambda: 1 } },
      { ...experiment, fingerprint: 'other' },
    ),
  );
  assert.equal(new Set(experiments.map(({ id }) => id)).size, 4);
  assert.equal(configurationId(experiments[0].spec), configurationId(experiments[1].spec));
});

test('the tables take its results as they take new ones', () => {
  const { experiments } = read(content(experiment));
  assert.match(
    studyTable('forward-transfer', experiments),
    /split-mnist, 2 tasks, 5 epochs, 500 training images a task, seed 42[^]*EWC λ=100 +0\.7500/,
  );
  assert.match(learningCurvesTable(experiments), /after earlier tasks +0\.5000 +– +0\.6000/);
});

test('its LCA@10 of fewer than eleven points is none', () => {
  const [{ learningCurves }] = read(content(experiment)).experiments;
  assert.deepEqual([learningCurves!.lca, learningCurves!.tasks[0].lcaScratch], [null, null]);
  assert.equal(learningCurves!.zeroShot, 0.5);
  const steps = Array.from({ length: 11 }, (_, step) => step);
  const [task] = experiment.transferReport.tasks;
  const long = { ...task, transfer: { steps, accuracy: steps.map(() => 0.55) } };
  const transferReport = { ...experiment.transferReport, tasks: [long] };
  assert.equal(read(content({ ...experiment, transferReport })).experiments[0].learningCurves!.lca, 0.55);
});

test('the results in this repository are read', () => {
  const file = join(__dirname, '..', '..', '..', 'test', 'readme', 'measured.json');
  const { experiments } = readResults(file);
  assert.equal(experiments.length, (JSON.parse(readFileSync(file, 'utf8')) as { experiments: unknown[] }).experiments.length);
  assert.ok(experiments.every(({ samples, metrics }) => samples >= 300_000 && metrics.acc! > 0.1));
});

test('a damaged one is refused with the place', () => {
  for (const [change, message] of [
    [{ seed: '42' }, /experiment 1: seed is '42', no number/],
    [{ dataset: undefined }, /experiment 1: dataset is undefined, no string/],
    [{ options: undefined }, /experiment 1: options is missing/],
    [{ matrix: [[0.9, 'x']] }, /experiment 1: row 0/],
  ] as const) {
    assert.throws(() => read(content(experiment, { ...experiment, ...change })), message);
  }
});
