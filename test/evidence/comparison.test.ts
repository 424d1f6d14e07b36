import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { COMPARISON, planComparison } from '../../src/evidence';
import { answer } from '../../src/evidence/run';
import { openStore, planRun } from '../../src/experiments';
import { mergeRuns } from '../../src/experiments/store/merge';
import { methodCompatibility, METHODS } from '../../src/methods';
import { acc } from './fixtures';

const folder = mkdtempSync(join(tmpdir(), 'comparison-'));
after(() => rmSync(folder, { recursive: true }));
const plan = planComparison(1);

test('every method is on every stream whose scenario it can learn, once a seed, by its own name', () => {
  for (const { stream, scenario } of COMPARISON.streams) {
    const own = plan.filter(({ spec }) => spec.stream.name === stream && spec.stream.scenario === scenario);
    const able = METHODS.filter(({ name }) => methodCompatibility(name, scenario).fit !== 'no');
    assert.deepEqual(
      own.map(({ label }) => label),
      able.map(({ label }) => label),
      `${stream} ${scenario}`,
    );
    for (const { spec } of own) assert.equal(spec.epochs, COMPARISON.epochs);
    for (const { spec } of own) assert.equal(spec.stream.limitPerTask, COMPARISON.limitPerTask);
  }
  assert.equal(new Set(plan.map(({ id }) => id)).size, plan.length);
});

test('a tuned option takes part, and a seed that was tuned on is refused', () => {
  const preset = {
    ...{ method: 'er', stream: 'split-mnist', scenario: 'class-incremental' as const, options: { capacity: 77, lr: 0.5 } },
    ...{
      score: { mean: 0.9, low: null, high: null },
      runs: [],
      tried: [],
      epochs: 3,
      settings: {},
      version: '',
      date: '',
      command: '',
    },
  };
  const all = planComparison(1, [{ ...preset, seeds: [101] }]);
  const untuned = all.filter(({ spec }) => spec.method.name === 'ewc'); // its studies have two rows: here it has one
  assert.equal(untuned.length, COMPARISON.streams.length);
  const er = all.find(
    ({ spec: { stream, method } }) =>
      method.name === 'er' && stream.name === 'split-mnist' && stream.scenario === 'class-incremental',
  )!;
  assert.deepEqual([er.spec.method.options.capacity, er.spec.optimizer.lr, er.label], [77, 0.5, 'ER']);
  assert.throws(() => planComparison(1, [{ ...preset, seeds: [1] }]), /er in class-incremental was tuned on seed 1/);
  assert.throws(() => planComparison(0), /seeds/);
});

test('the command tells a table a stream from the store, and how many runs are there', async () => {
  const store = join(folder, 'store');
  mkdirSync(store);
  const said: string[] = [];
  const say = (text: string) => void said.push(text);
  const ask = (seeds: number | undefined = 1) =>
    answer(
      { name: 'comparison', list: true, rows: ['Naive'], seeds, workers: 1, force: false, form: 'text', store },
      { say, note: say, warn: say },
    );
  assert.equal(await ask(), 0);
  assert.match(said.join('\n'), /None of its runs is in the store/);
  said.length = 0;
  const naive = plan.filter(({ label }) => label === 'Naive');
  const second = planRun({ ...naive[0].spec, seed: 2 }); // a seed that was not asked for
  mergeRuns(
    openStore(store),
    [...naive.slice(0, 2), second].map((run) => acc(run, 0.75)),
  );
  assert.equal(await ask(), 0);
  assert.match(said.join('\n'), new RegExp(`Naive +0\\.7500[^]*2 of ${naive.length} runs`));
  said.length = 0;
  await ask(5);
  assert.match(said.join('\n'), new RegExp(`3 of ${5 * naive.length} runs`), 'every seed counts, though one is planned');
});

test('only methods that are named; a name that none has is refused', () => {
  const labels = new Set(planComparison(1, [], ['SLDA']).map(({ label }) => label));
  assert.deepEqual([...labels], ['SLDA']);
  assert.throws(() => planComparison(1, [], ['SLDA', 'nothing']), /comparison: no line has nothing in its name; lines: Naive, /);
});
