import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planTuning } from '../../../src/benchmark';
import type { TuningRequest } from '../../../src/benchmark';
import { METHODS } from '../../../src/methods';
import { smallTuning } from './fixtures';

test('every point has a run a seed, which holds out a part of the training data; trainer options go to the trainer', () => {
  const { method, stream, scenario, points } = smallTuning({ methods: ['ewc'], seeds: [7, 8, 7], limit: 500, epochs: 2 });
  assert.deepEqual([method, stream, scenario, points.length], ['ewc', 'split-mnist', 'class-incremental', 6]);
  for (const { options, runs } of points) {
    assert.deepEqual(
      runs.map(({ spec }) => spec.seed),
      [7, 8],
    );
    for (const { spec, study, label } of runs) {
      assert.equal(study, 'tuning');
      assert.equal(
        label,
        `EWC lambda ${String(options.lambda)}, lr ${String(options.lr)} (${String(spec.stream.name)}, ${spec.stream.scenario!})`,
      );
      assert.deepEqual([spec.method.options.lambda, spec.optimizer.lr], [options.lambda, options.lr]);
      assert.deepEqual([spec.epochs, spec.stream.limitPerTask, spec.stream.validationFraction], [2, 500, 0.1]);
    }
  }
  assert.equal(new Set(points.flatMap(({ runs }) => runs.map(({ id }) => id))).size, 12);
});

test('seeds are others than reports use by themselves: neither 1 to 5 nor 42', () => {
  const seeds = smallTuning().points[0].runs.map(({ spec }) => spec.seed);
  assert.equal(seeds.length, 2);
  for (const seed of [1, 2, 3, 4, 5, 42]) assert.ok(!seeds.includes(seed));
});

test('streams are searched in the scenarios they are made for, methods in those that they fit', () => {
  const { tunings, notes } = planTuning({
    methods: ['pnn', 'er', 'ncm', 'er'],
    streams: ['split-mnist', 'rotated-mnist'],
    data: 'synthetic',
  });
  assert.deepEqual(
    tunings.map(({ method, stream, scenario }) => [method, stream, scenario].join(' ')),
    [
      'pnn split-mnist task-incremental',
      'er split-mnist task-incremental',
      'er split-mnist class-incremental',
      'er rotated-mnist domain-incremental',
    ],
  );
  assert.deepEqual(notes.slice(0, 1), ['NCM: nothing to tune']);
  assert.equal(notes.filter((note) => note.startsWith('pnn in the ')).length, 2);
});

test('the first tasks of a search are those of the whole stream', () => {
  const [whole, first] = [smallTuning(), smallTuning({ firstTasks: 2 })].map(({ points }) => points[0].runs[0]);
  assert.deepEqual([first.spec.stream.nTasks, first.spec.stream.firstTasks], [5, 2]);
  assert.equal(first.samples * 5, whole.samples * 2);
  assert.notEqual(first.id, whole.id);
});

test('a given lr is not searched; what has nothing else to search is left out with a word', () => {
  const { tunings, notes } = planTuning({
    methods: ['naive', 'si'],
    scenarios: ['class-incremental'],
    lr: 0.5,
    data: 'synthetic',
  });
  assert.deepEqual(
    tunings.map(({ method, points }) => [method, points.map(({ options }) => options)]),
    [['si', [0.1, 1, 10].map((c) => ({ lr: 0.5, c }))]],
  );
  assert.deepEqual(notes, ['Naive: nothing to tune beside lr']);
});

test('every point of every grid is one that the method takes', () => {
  const methods = METHODS.filter(({ grid }) => grid).map(({ name }) => name);
  assert.ok(methods.length > 20);
  const { tunings } = planTuning({ methods, data: 'synthetic', limit: 20, validation: 0.5, firstTasks: 1, seeds: [7] });
  assert.deepEqual(new Set(tunings.map(({ method }) => method)), new Set(methods));
  for (const { method, points } of tunings) assert.ok(points.length >= 3 && points.length <= 6, `${method}: ${points.length}`);
});

test('every unknown name and value is refused before anything is planned', () => {
  const wrong: [object, RegExp][] = [
    [{}, /methods must be an array, got undefined/],
    [{ methods: [] }, /methods is empty/],
    [{ methods: ['ewwc'] }, /none called 'ewwc'/],
    [{ methods: ['ewc'], streams: ['mnist'] }, /none called 'mnist'/],
    [{ methods: ['ewc'], scenarios: ['sideways'] }, /scenario must be 'task-incremental', .* got 'sideways'/],
    [{ methods: ['ewc'], seeds: [1.5] }, /seed must be a whole number/],
    [{ methods: ['ewc'], seeds: [] }, /seeds is empty/],
    [{ methods: ['ewc'], validation: 0 }, /validation .* must be a number between/],
    [{ methods: ['ewc'], validation: 1 }, /validation .* must be a number between/],
    [{ methods: ['ewc'], firstTasks: 0 }, /firstTasks must be a whole number of at least 1/],
    [{ methods: ['ewc'], firstTasks: 6, data: 'synthetic' }, /firstTasks must be a whole number between 1 and 5, got 6/],
    [{ methods: ['ewc'], lr: 0 }, /lr must be/],
    [{ methods: ['ewc'], epochs: '3' }, /epochs must be/],
    [{ methods: ['ewc'], data: 'fake' }, /data must be 'real' or 'synthetic'/],
    [{ methods: ['ewc'], quick: true }, /unknown option 'quick'/],
    [{ methods: ['pnn'], scenarios: ['class-incremental'] }, /pnn in the class-incremental scenario: it needs the task id/],
  ];
  for (const [request, message] of wrong) assert.throws(() => planTuning(request as TuningRequest), message);
});
