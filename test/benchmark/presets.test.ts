import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planExperiments, STUDIES } from '../../src/benchmark';
import { findMethod, methodCompatibility } from '../../src/methods';

test('the default plan is the four studies of the original at its settings', () => {
  const plan = planExperiments();
  assert.deepEqual(
    [...new Set(plan.map(({ study }) => study))],
    ['task-incremental', 'domain-incremental', 'class-incremental', 'forward-transfer'],
  );
  for (const { seed, stream, options } of plan) {
    assert.equal(seed, 42);
    assert.deepEqual(stream, { nTasks: 5, batchSize: 64, hidden: [256, 256], data: 'real' });
    assert.deepEqual([options.epochs, options.lr, options.momentum], [5, 0.01, 0.9]);
  }
  const methodsOf = (study: string) => [...new Set(plan.filter((one) => one.study === study).map(({ method }) => method))];
  assert.deepEqual(methodsOf('task-incremental'), ['naive', 'ewc', 'er', 'gem', 'pnn']);
  assert.deepEqual(methodsOf('domain-incremental'), ['naive', 'ewc', 'er', 'gem']);
  assert.deepEqual(methodsOf('class-incremental'), ['naive', 'ewc', 'er', 'gem']);
  assert.deepEqual(methodsOf('forward-transfer'), ['naive', 'pnn']);
});

test('methods run with the options the original names, and EWC with a second λ', () => {
  const of = (method: string) =>
    planExperiments({ studies: ['task-incremental'], methods: [method] }).map(({ options }) => options);
  assert.deepEqual(
    of('ewc').map(({ lambda, nFisherSamples }) => [lambda, nFisherSamples]),
    [
      [0.4, 200],
      [100, 200],
    ],
  );
  assert.deepEqual([of('er')[0].capacity, of('er')[0].replayRatio], [1000, 0.5]);
  assert.deepEqual([of('gem')[0].memorySize, of('gem')[0].margin], [256, 0.5]);
});

test('every pairing in the studies is one the compatibility table allows', () => {
  for (const { scenario, methods } of STUDIES) {
    for (const { method } of methods) assert.notEqual(methodCompatibility(findMethod(method).name, scenario).fit, 'no');
  }
});

test('an experiment is plain JSON', () => {
  const plan = planExperiments({ quick: true, data: 'synthetic' });
  assert.deepEqual(JSON.parse(JSON.stringify(plan)), plan);
});

test('options narrow the plan down', () => {
  const plan = planExperiments({
    studies: ['class-incremental'],
    methods: ['er', 'naive'],
    seeds: [1, 2],
    epochs: 3,
    limit: 500,
  });
  assert.deepEqual(
    plan.map(({ method, seed }) => [method, seed]),
    [
      ['naive', 1],
      ['naive', 2],
      ['er', 1],
      ['er', 2],
    ],
  );
  assert.ok(plan.every(({ options, stream }) => options.epochs === 3 && stream.limitPerTask === 500));
});

test('a data set alone picks the studies made for its kind', () => {
  const studies = (dataset: 'rotated-mnist' | 'split-fashion-mnist') => [
    ...new Set(planExperiments({ dataset }).map(({ study }) => study)),
  ];
  assert.deepEqual(studies('rotated-mnist'), ['domain-incremental']);
  assert.deepEqual(studies('split-fashion-mnist'), ['task-incremental', 'class-incremental', 'forward-transfer']);
});

test('what cannot run is refused with the reason and what to do', () => {
  assert.throws(
    () => planExperiments({ studies: ['class-incremental'], methods: ['pnn'] }),
    /pnn in class-incremental: it needs the task id.*choose another/,
  );
  assert.throws(
    () => planExperiments({ studies: ['class-incremental'], dataset: 'rotated-mnist' }),
    /no class-incremental form.*use split-mnist/,
  );
  assert.throws(() => planExperiments({ studies: ['sideways'] }), /no study 'sideways'; studies: task-incremental/);
});
