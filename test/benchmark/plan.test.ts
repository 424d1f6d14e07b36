import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planExperiments } from '../../src/benchmark';
import type { BenchmarkRequest } from '../../src/benchmark';

const methodOf = ({ spec }: { spec: { method: { name: string } } }) => spec.method.name;

test('the default plan is the four studies of the original at its settings', () => {
  const plan = planExperiments();
  assert.deepEqual(
    [...new Set(plan.map(({ study }) => study))],
    ['task-incremental', 'domain-incremental', 'class-incremental', 'forward-transfer'],
  );
  for (const { spec, study } of plan) {
    const { seed, stream, model, optimizer, epochs, measure } = spec;
    assert.deepEqual([seed, epochs, measure.learningCurves], [42, 5, study === 'forward-transfer']);
    assert.deepEqual([stream.nTasks, stream.batchSize, stream.data, stream.limitPerTask], [5, 64, 'real', undefined]);
    assert.deepEqual([model.hidden, optimizer.name, optimizer.lr, optimizer.momentum], [[256, 256], 'sgd', 0.01, 0.9]);
  }
  // A method that is added later gets rows of its own beside those of the original.
  const original = ['naive', 'ewc', 'er', 'gem', 'pnn'];
  const methodsOf = (study: string) =>
    [...new Set(plan.filter((one) => one.study === study).map(methodOf))].filter((name) => original.includes(name));
  assert.deepEqual(methodsOf('task-incremental'), ['naive', 'ewc', 'er', 'gem', 'pnn']);
  assert.deepEqual(methodsOf('domain-incremental'), ['naive', 'ewc', 'er', 'gem']);
  assert.deepEqual(methodsOf('class-incremental'), ['naive', 'ewc', 'er', 'gem']);
  assert.deepEqual(methodsOf('forward-transfer'), ['naive', 'pnn']);
  assert.equal(new Set(plan.map(({ id }) => id)).size, plan.length);
});

test('methods run with the options the original names, and EWC with a second λ', () => {
  const of = (method: string) =>
    planExperiments({ studies: ['task-incremental'], methods: [method] }).map(({ spec }) => spec.method.options);
  assert.deepEqual(
    of('ewc').map(({ lambda, nFisherSamples }) => [lambda, nFisherSamples]),
    [
      [0.4, 200],
      [100, 200],
    ],
  );
  assert.deepEqual([of('er')[0].capacity, of('er')[0].replayRatio], [1000, 0.5]);
  assert.deepEqual([of('gem')[0].memoryPerTask, of('gem')[0].margin], [256, 0.5]);
});

test('options narrow the plan down', () => {
  const plan = planExperiments({
    studies: ['class-incremental', 'class-incremental'],
    methods: ['er', 'naive'],
    seeds: [1, 2, 1],
    epochs: 3,
    limit: 500,
  });
  assert.deepEqual(
    plan.map((run) => [methodOf(run), run.spec.seed]),
    [
      ['naive', 1],
      ['naive', 2],
      ['er', 1],
      ['er', 2],
    ],
  );
  assert.ok(plan.every(({ spec }) => spec.epochs === 3 && spec.stream.limitPerTask === 500));
});

test('quick runs one epoch on 1000 images a task; what is asked for goes before', () => {
  const [{ spec, samples }] = planExperiments({ studies: ['class-incremental'], quick: true });
  assert.deepEqual([spec.epochs, spec.stream.limitPerTask, spec.stream.testLimitPerTask, samples], [1, 1000, 1000, 5000]);
  const [other] = planExperiments({ studies: ['class-incremental'], quick: true, epochs: 2, limit: 100 });
  assert.deepEqual([other.spec.epochs, other.spec.stream.limitPerTask], [2, 100]);
});

test('a stream alone picks the studies made for its kind', () => {
  const studies = (stream: string) => [...new Set(planExperiments({ stream, data: 'synthetic' }).map(({ study }) => study))];
  assert.deepEqual(studies('rotated-mnist'), ['domain-incremental']);
  assert.deepEqual(studies('split-fashion-mnist'), ['task-incremental', 'class-incremental', 'forward-transfer']);
});

test('what cannot run is refused with the reason and what to do', () => {
  assert.throws(
    () => planExperiments({ studies: ['class-incremental'], methods: ['pnn'] }),
    /pnn in class-incremental: it needs the task id.*choose another study or method/,
  );
  assert.throws(
    () => planExperiments({ stream: 'rotated-mnist', methods: ['pnn'] }),
    /nothing to run \(pnn in domain-incremental/,
  );
});

test('a study may be asked for on a stream that is not made for it: rotations with classes of their own', () => {
  const runs = planExperiments({ studies: ['class-incremental'], stream: 'rotated-mnist', methods: ['er'] });
  assert.ok(runs.length > 0);
  for (const { spec } of runs) assert.deepEqual([spec.stream.name, spec.stream.scenario], ['rotated-mnist', 'class-incremental']);
});

test('every unknown name and value is refused before anything is planned', () => {
  const wrong: [object, RegExp][] = [
    [{ studies: ['sideways'] }, /no study 'sideways'; studies: task-incremental/],
    [{ methods: ['er', 'gme'] }, /none called 'gme'/],
    [{ stream: 'mnist' }, /none called 'mnist'; known streams/],
    [{ method: ['er'] }, /unknown option 'method'; known options: studies/],
    [{ methods: 'er' }, /methods must be an array, got 'er'/],
    [{ methods: [] }, /methods is empty/],
    [{ data: 'synthetc' }, /data must be 'real' or 'synthetic', got 'synthetc'/],
    [{ epochs: 0 }, /epochs must be/],
    [{ limit: 1.5 }, /limit must be/],
    [{ seeds: ['1'] }, /seed must be a whole number/],
    [{ quick: 'yes' }, /quick must be true or false, got 'yes'/],
  ];
  for (const [request, message] of wrong) assert.throws(() => planExperiments(request as BenchmarkRequest), message);
});

test('a method that leaves the studies out runs where it is named, and only there', () => {
  const methods = (request: BenchmarkRequest) => [...new Set(planExperiments(request).map(methodOf))];
  assert.deepEqual(methods({ studies: ['class-incremental'] }), ['naive', 'ewc', 'er', 'gem']);
  assert.deepEqual(methods({ studies: ['class-incremental'], methods: ['naive', 'si', 'icarl'] }), ['naive', 'si', 'icarl']);
});
