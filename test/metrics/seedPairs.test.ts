import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inWords, pairSeeds } from '../../src/metrics/seedPairs';

const run = (seed: number, accuracy: number) => ({ seed, matrix: [[accuracy]] });

test('pairs stand in the order of their seeds, whatever the order of the runs', () => {
  const { seeds, pairs, leftOut } = pairSeeds(
    [run(3, 0.3), run(1, 0.1), run(2, 0.2)],
    [run(2, 0.6), run(3, 0.7), run(1, 0.5)],
    undefined,
  );
  assert.deepEqual(seeds, [1, 2, 3]);
  assert.deepEqual(pairs.map(([a, b]) => [a.acc, b.acc]), [[0.1, 0.5], [0.2, 0.6], [0.3, 0.7]]); // prettier-ignore
  assert.deepEqual(leftOut, []);
});

test('only the seeds that are looked for count; what lacks one is told', () => {
  const { seeds, leftOut } = pairSeeds([run(1, 0.1), run(2, 0.2)], [run(2, 0.6)], [2, 4, 2]);
  assert.deepEqual(seeds, [2]);
  assert.equal(inWords(leftOut), ': seed 4: the challenger has no run of it, the champion has no run of it');
  assert.equal(inWords([]), '');
});
