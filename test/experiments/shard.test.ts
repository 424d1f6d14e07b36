import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shardPlan } from '../../src/experiments';
import { relativeDuration } from '../../src/experiments/plan';
import { planned } from './fixtures';

const plan = ['naive', 'gem', 'er'].flatMap((name) => [1, 2, 3, 4].map((seed) => planned({ method: { name }, seed })));
const parts = (count: number, of = plan) => Array.from({ length: count }, (_, i) => shardPlan(of, i + 1, count));

test('each run is in exactly one part, in the order of the plan, whatever the order was', () => {
  for (const count of [1, 3, 5, 20]) {
    const all = parts(count);
    assert.deepEqual(
      all
        .flat()
        .map(({ id }) => id)
        .sort(),
      plan.map(({ id }) => id).sort(),
    );
    for (const part of all)
      assert.deepEqual(
        part,
        plan.filter((run) => part.includes(run)),
      );
    const reversed = parts(count, [...plan].reverse());
    assert.deepEqual(
      reversed.map((part) => part.map(({ id }) => id).sort()),
      all.map((part) => part.map(({ id }) => id).sort()),
    );
  }
  assert.equal(parts(20).filter((part) => part.length === 0).length, 8);
});

test('the parts take about as long as each other', () => {
  const loads = parts(3).map((part) => part.reduce((sum, run) => sum + relativeDuration(run), 0));
  const longest = Math.max(...plan.map(relativeDuration));
  assert.ok(Math.max(...loads) - Math.min(...loads) <= longest, loads.join());
  const lengths = [1, 1, 1, 1, 4].map((samples, i) => ({ ...plan[0], id: `${i}`, samples }));
  assert.deepEqual(
    parts(2, lengths).map((part) => part.map(({ id }) => id)),
    [['4'], ['0', '1', '2', '3']],
    'the longest first',
  );
});

test('a run that stands in the plan under two labels is in one part', () => {
  const twice = [...plan, ...plan.map((run) => ({ ...run, label: 'again' }))];
  for (const part of parts(3, twice)) {
    for (const { id } of part) assert.equal(part.filter((run) => run.id === id).length, 2);
  }
});

test('a part that does not exist is refused', () => {
  for (const [index, count] of [
    [0, 3],
    [4, 3],
    [1.5, 3],
    [1, 0],
  ]) {
    assert.throws(() => shardPlan(plan, index, count), /shardPlan: (index|count) must be a whole number/);
  }
});
