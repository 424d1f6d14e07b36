import assert from 'node:assert/strict';
import { test } from 'node:test';
import '../../src/methods'; // each method brings its own name and look
import { checkDistinct, checkRuns, groupByMethod, intervalNote, inWords, summarise, type Run } from '../../src/figures/runs';

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
