import assert from 'node:assert/strict';
import { test } from 'node:test';
import '../../src/methods'; // each method brings its own name and look
import {
  checkDistinct,
  checkRuns,
  failureNotes,
  groupByMethod,
  intervalNote,
  inWords,
  summarise,
  type Run,
} from '../../src/figures/runs';

const matrix = [
  [0.9, 0.5],
  [null, 0.8],
];
const run = (more: Partial<Run> = {}): Run => ({ method: 'ewc', seed: 1, matrix, ...more });

test('runs with different values of a hyperparameter are groups of their own, named by the value', () => {
  const runs = [1, 10, 100].map((value) => run({ value }));
  const groups = groupByMethod(runs);
  assert.deepEqual(
    groups.map(({ name }) => name),
    ['EWC, value 1', 'EWC, value 10', 'EWC, value 100'],
  );
  assert.equal(new Set(groups.map(({ dash }) => dash)).size, 3);
  assert.equal(new Set(groups.map(({ color }) => color)).size, 1);
});

test('one value for all is not named, and where values are an axis they make no groups', () => {
  assert.deepEqual(
    groupByMethod([run({ value: 0 }), run({ value: 0, seed: 2 })]).map(({ name, items }) => [name, items.length]),
    [['EWC', 2]],
  );
  assert.equal(groupByMethod([run({ value: 1 }), run({ value: 2 })], false).length, 1);
});

test('the same run twice is refused: two seeds must not be counted where there is one', () => {
  assert.throws(() => checkRuns('x', [run(), run()]), /x: 'EWC', seed 1, is there twice/);
  assert.throws(() => checkRuns('x', [run({ value: 3 }), run({ value: 3 })]), /x: 'EWC', value 3, seed 1, is there twice/);
  assert.throws(() => checkDistinct('x', [{ method: 'er' }, { method: 'er' }]), /'ER', seed not given, is there twice/);
  for (const other of [{ seed: 2 }, { value: 3 }, { label: 'other' }, { method: 'er' }]) checkRuns('x', [run(), run(other)]);
  assert.throws(() => checkRuns('x', [run(), run({ label: 'EWC' })]), /is there twice/, 'shown under the same name');
});

test('more variants of a method than line styles are told apart by markers', () => {
  const looks = groupByMethod(Array.from({ length: 12 }, (_, value) => run({ value }))).map(
    ({ dash, symbol }) => `${dash} ${symbol}`,
  );
  assert.equal(new Set(looks).size, 12);
});

test('a mean says over how many seeds, and the note as many as there are', () => {
  assert.equal(inWords(summarise([0.5, 0.7])!), '0.600 (95 % interval −0.671 to 1.871, 2 seeds)');
  assert.deepEqual(intervalNote('Bands', groupByMethod([run(), run({ seed: 2 }), run({ method: 'er' })])), [
    'Bands: 95 % interval of the mean over up to 2 seeds.',
  ]);
  assert.deepEqual(
    intervalNote(
      'Bands',
      groupByMethod(
        [1, 2].map((value) => run({ value })),
        false,
      ),
    ),
    [],
    'one seed, two values',
  );
});

const nothing = [
  [null, null],
  [null, null],
];
const failed = (seed: number, more: Partial<Run> = {}) => run({ seed, matrix: nothing, failed: 'the loss exploded', ...more });

test('a failed run is counted and enters no mean: name and note say how many seeds there are, which failed, and why', () => {
  const groups = groupByMethod([run({ seed: 1 }), failed(2), run({ seed: 3 }), run({ method: 'er' })]);
  assert.deepEqual(
    groups.map(({ name, items, failed: none }) => [name, items.length, none.length]),
    [
      ['EWC (2 of 3 seeds)', 2, 1],
      ['ER', 1, 0],
    ],
  );
  assert.deepEqual(intervalNote('Bands', groups), [
    'Bands: 95 % interval of the mean over up to 2 seeds.',
    'No result: EWC, seed 2 (the loss exploded).',
  ]);
  const all = groupByMethod([failed(1), failed(2)]);
  assert.deepEqual([all[0].name, all[0].items], ['EWC (0 of 2 seeds)', []]);
});

test('where values are an axis, failed runs are counted as runs, and their values are told', () => {
  const [group] = groupByMethod([run({ value: 1 }), failed(1, { value: 100 })], false);
  assert.equal(group.name, 'EWC (1 of 2 runs)');
  assert.match(intervalNote('Bands', [group])[0], /No result: EWC, value 100, seed 1 \(/);
});

test('many and long failures stay one line', () => {
  const notes = failureNotes([1, 2, 3, 4, 5].map((seed) => failed(seed, { failed: `${'a '.repeat(200)}` })));
  assert.match(notes[0], /; 2 more\.$/);
  assert.ok(notes[0].length < 400, notes[0]);
  assert.deepEqual(failureNotes([]), []);
});

test('a failed run with accuracies is refused: it would enter a mean', () => {
  assert.throws(() => checkRuns('x', [run({ failed: 'exploded' })]), /'EWC': seed 1 has failed and has accuracies all the same/);
  assert.throws(() => checkRuns('x', [failed(1, { failed: '' })]), /failed is empty/);
});
