import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askedBy, jobId, jobOf, library, readJob, Refused, runId } from '../../../../src/experiments/executors/queue/job';
import type { ScenarioName } from '../../../../src/data/task';
import { methodCompatibility, METHODS } from '../../../../src/methods';
import { SCENARIOS } from '../../../../src/scenarios/compatibility';
import { planned } from '../../fixtures';

type Changed = Record<string, unknown>;

/** A job as it comes from the queue, with one place changed. */
function job(path = '', value?: unknown): unknown {
  const made = JSON.parse(JSON.stringify(jobOf(planned()))) as Changed;
  const names = path.split('.');
  const last = names.pop()!;
  if (last !== '') names.reduce((place, name) => place[name] as Changed, made)[last] = value;
  return JSON.parse(JSON.stringify(made)) as unknown;
}

test('the run of every method comes out of the queue as it was put in', () => {
  for (const { name } of METHODS.filter(({ needs }) => needs.architecture !== 'ProgressiveNeuralNet')) {
    const scenario = (Object.keys(SCENARIOS) as ScenarioName[]).find((each) => methodCompatibility(name, each).fit !== 'no')!;
    const run = planned({ method: { name }, stream: { name: 'split-mnist', scenario, limitPerTask: 20 } });
    assert.deepEqual(readJob(JSON.parse(JSON.stringify(jobOf(run)))).run, run);
  }
  const images = planned({ model: { conv: [{ filters: 4 }], hidden: [8, 8] } });
  assert.deepEqual(readJob(JSON.parse(JSON.stringify(jobOf(images)))).run.spec, images.spec);
});

test('what cannot be shown in a label is left out of the job', () => {
  const { label } = jobOf(planned({}, { label: 'a\u001b[2Jb\nc' })).run;
  assert.equal(label, 'a [2Jb');
});

test('jobs that are unknown, too large or not plain are refused', () => {
  const cases: [unknown, RegExp][] = [
    [undefined, /job: /],
    ['text', /job: /],
    [[], /job: /],
    [{}, /job: jobVersion/],
    [job('extra', 1), /job: extra: Invalid key/],
    [job('run.extra', 1), /run\.extra/],
    [job('run.spec.extra', 1), /run\.spec\.extra/],
    [job('run.spec.method.code', 'process.exit()'), /run\.spec\.method\.code/],
    [job('run.spec.measure.more', true), /run\.spec\.measure\.more/],
    [job('run.id', '../../etc/passwd'), /run\.id/],
    [job('run.id', undefined), /run\.id/],
    [job('run.samples', 1e300), /run\.samples/],
    [job('run.spec.epochs', 1e9), /run\.spec\.epochs/],
    [job('run.spec.epochs', '5'), /run\.spec\.epochs/],
    [job('run.spec.seed', 0.5), /run\.spec\.seed/],
    [job('run.spec.stream.nTasks', 1e9), /run\.spec\.stream\.nTasks/],
    [job('run.spec.stream.scenario', 'other'), /run\.spec\.stream\.scenario/],
    [job('run.spec.stream', 'split-mnist'), /run\.spec\.stream/],
    [job('run.spec.model.hidden', [1e9]), /run\.spec\.model\.hidden\.0/],
    [job('run.spec.model.hidden', [50_000, 50_000]), /hidden layers \[50000, 50000\] have more than 100000000 weights/],
    [job('run.spec.model.hidden', Array(101).fill(1)), /run\.spec\.model\.hidden/],
    [job('run.spec.method.name', ''), /run\.spec\.method\.name/],
    [job('run.label', 'x'.repeat(201)), /run\.label/],
    [job('run.label', '\u001b[2J'), /control characters/],
    [job('run.spec.method.options', JSON.parse('{"__proto__": {"lr": 1}}')), /'__proto__' is no name of a field/],
    [job('run.spec.method.options.constructor', {}), /'constructor' is no name/],
    [job('run.spec.stream.dataDir', 'x'.repeat(3000)), /a text has 3000 characters; at most 2000/],
    [job('run.spec.stream.list', Array(20_000).fill(100)), /it has \d+ characters; at most 50000/],
    [job('run.spec.model.hidden', JSON.parse('[[[[[[[[[1]]]]]]]]]')), /nested more than 8 deep/],
  ];
  for (const [data, message] of cases) {
    assert.throws(
      () => readJob(data),
      (error: Error) => error instanceof Refused && message.test(error.message),
      String(message),
    );
  }
});

test('other versions are told with those of both sides', () => {
  const other = { ...(job() as Changed), library: '9.1.0', specVersion: 7, news: true };
  assert.throws(
    () => readJob(other),
    new RegExp(`spec: its form has version 7, of continual-learning 9.1.0; continual-learning ${library()} knows version 1`),
  );
  assert.throws(() => readJob({ ...other, jobVersion: 3 }), /job: its form has version 3, of continual-learning 9\.1\.0/);
  assert.equal(askedBy(library()), '');
  assert.equal(askedBy('9.1.0'), ` (asked by continual-learning 9.1.0, run by ${library()})`);
});

test('the id of a job is that of its run and never a number alone', () => {
  assert.equal(jobId('0123456789012345'), 'run-0123456789012345');
  assert.equal(runId(jobId('abc')), 'abc');
});
