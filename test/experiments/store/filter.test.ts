import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failedRun } from '../../../src/experiments/failedRun';
import { fits, statusOf } from '../../../src/experiments/store/filter';
import type { RunFilter } from '../../../src/experiments/store/filter';
import { planned, result, SMALL } from '../fixtures';

const runs = [
  result({}, planned({ seed: 1 })),
  result(
    { stuckAtChance: 'no task was learnt' },
    planned({ seed: 2, method: { name: 'er' } }, { study: 'own', label: 'ER, small' }),
  ),
  failedRun(planned({ seed: 3 }), 'worker terminated'),
  failedRun(planned({ seed: 4, stream: { ...SMALL.stream, scenario: 'class-incremental' } }), 'the loss exploded to 1e5'),
];
const seeds = (filter: RunFilter) => runs.filter(fits('x', filter)).map(({ seed }) => seed);

test('how a run ended has one of four names', () => {
  assert.deepEqual(runs.map(statusOf), ['finished', 'stuck', 'failed', 'diverged']);
});

test('runs fit where they are in every list that is given', () => {
  assert.deepEqual(seeds({}), [1, 2, 3, 4]);
  assert.deepEqual(seeds({ methods: ['naive'] }), [1, 3, 4]);
  assert.deepEqual(seeds({ methods: ['naive'], seeds: [1, 2] }), [1]);
  assert.deepEqual(seeds({ studies: ['own'] }), [2]);
  assert.deepEqual(seeds({ labels: ['small', 'nothing'] }), [2]);
  assert.deepEqual(seeds({ scenarios: ['class-incremental'] }), [4]);
  assert.deepEqual(seeds({ streams: ['permuted-mnist'] }), []);
  assert.deepEqual(seeds({ statuses: ['failed', 'diverged'] }), [3, 4]);
  assert.deepEqual(seeds({ ids: [runs[2].id.slice(0, 6), 'zz'] }), [3]);
});

test('unknown fields and values that cannot be meant are refused', () => {
  const wrong: [object, RegExp][] = [
    [{ method: ['er'] }, /unknown option 'method'/],
    [{ methods: 'er' }, /methods must be an array, got 'er'/],
    [{ methods: [] }, /methods is empty/],
    [{ seeds: ['1'] }, /seeds\[0\] must be a whole number, got '1'/],
    [{ statuses: ['broken'] }, /statuses\[0\] must be 'finished', 'stuck', 'failed' or 'diverged', got 'broken'/],
    [{ ids: [''] }, /ids\[0\] is empty/],
  ];
  for (const [filter, message] of wrong) assert.throws(() => fits('x', filter), message);
});
