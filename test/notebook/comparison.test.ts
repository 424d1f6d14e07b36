import assert from 'node:assert/strict';
import { after, mock, test } from 'node:test';
import { Comparison, EWC, getSplitMnist, MultiHeadMLP, NaiveTrainer } from '../../src';
import { printed } from './printed';

const log = mock.method(console, 'log', () => undefined); // outside a notebook the progress line is printed
after(() => log.mock.restore());

const stream = (seed: number) => getSplitMnist({ seed, data: 'synthetic', nTasks: 2, limitPerTask: 320, testLimitPerTask: 40 });
const network = (seed: number) => new MultiHeadMLP({ seed, hidden: [16] });
const methods = {
  naive: (seed: number) => new NaiveTrainer(network(seed), { seed, epochs: 3 }),
  'EWC λ = 5': (seed: number) => new EWC(network(seed), { seed, epochs: 3, lambda: 5 }),
};
const trained = async (comparison: Comparison) => {
  await comparison.train();
  return comparison.runs.map(({ seconds, ...run }) => run);
};

test('a comparison trains each method with each seed; a name that is not the method becomes the label', async () => {
  const comparison = new Comparison({ stream, methods, seeds: [1, 2] });
  const runs = await trained(comparison);
  assert.deepEqual(
    runs.map(({ method, label, seed }) => [method, label, seed]),
    [
      ['naive', undefined, 1],
      ['ewc', 'EWC λ = 5', 1],
      ['naive', undefined, 2],
      ['ewc', 'EWC λ = 5', 2],
    ],
  );
  assert.notDeepEqual(runs[0].matrix, runs[2].matrix);
  for (const { matrix, parameters } of runs) {
    assert.ok(matrix.every((row, task) => row[1] !== null && (task === 1 || row[0] !== null)));
    assert.ok(parameters > 784 * 16);
  }
});

test('the values of a sweep reach the methods and the runs', async () => {
  const given: number[] = [];
  const comparison = new Comparison({
    stream,
    values: [0.5, 7],
    seeds: [1],
    methods: { ewc: (seed, lambda) => (given.push(lambda), new EWC(network(seed), { seed, lambda, epochs: 1 })) },
  });
  assert.deepEqual(
    (await trained(comparison)).map(({ value }) => value),
    [0.5, 7],
  );
  assert.deepEqual(given, [0.5, 7]);
});

test('an interrupted comparison keeps what is finished, goes on in the middle of a run, and ends with the same numbers', async () => {
  const expected = await trained(new Comparison({ stream, methods, seeds: [1] }));
  let made = 0;
  const interrupting = {
    ...methods,
    'EWC λ = 5': (seed: number) => (made++, setImmediate(() => process.emit('SIGINT')), methods['EWC λ = 5'](seed)),
  };
  const comparison = new Comparison({ stream, methods: interrupting, seeds: [1] });
  await assert.rejects(comparison.train(), { name: 'Interrupted' });
  assert.equal(comparison.runs.length, 1);
  assert.deepEqual(await trained(comparison), expected);
  assert.equal(made, 1, 'the interrupted run began anew');
});

test('a comparison without methods or seeds is refused', () => {
  assert.throws(() => new Comparison({ stream, methods: {} }), /Comparison: there is nothing to train/);
  assert.throws(() => new Comparison({ stream, methods, seeds: [] }), /seeds is empty/);
});

test('a plan that is not what it has to be is refused where it enters', () => {
  const wrong: [object, RegExp][] = [
    [{ methds: {} }, /unknown option 'methds'; known options: stream, methods, seeds, values, quiet/],
    [{ stream: getSplitMnist }, /methods is undefined; pass functions by name/],
    [{ stream: 'mnist', methods }, /stream must be a function, got 'mnist'/],
    [{ stream, methods: { naive: 'naive' } }, /methods\['naive'\] must be a function, got 'naive'/],
    [{ stream, methods, seeds: 3 }, /seeds must be an array, got 3/],
    [{ stream, methods, seeds: ['1'] }, /seeds\[0\] must be a whole number, got '1'/],
    [{ stream, methods, seeds: [1, 2, 1] }, /seeds holds 1 twice/],
    [{ stream, methods, values: [0.5, 0.5] }, /values holds 0\.5 twice/],
    [{ stream, methods, quiet: 'yes' }, /quiet must be true or false, got 'yes'/],
  ];
  for (const [plan, message] of wrong) assert.throws(() => new Comparison(plan as never), message);
});

test('a trainer that did not take over the seed is refused: one seed would be counted as several', async () => {
  const forgetful = { naive: () => new NaiveTrainer(network(1), { seed: 1, epochs: 1 }) };
  const comparison = new Comparison({ stream, methods: forgetful, seeds: [1, 2] });
  await assert.rejects(comparison.train(), /methods\['naive'\] was asked for seed 2 and made a trainer with seed 1/);
  const none = new Comparison({ stream, methods: { naive: async () => undefined } as never, seeds: [1] });
  await assert.rejects(none.train(), /methods\['naive'\] made Promise/);
});

test('a second train() before the first has ended is refused, and the first ends as it would have', async () => {
  const comparison = new Comparison({ stream, methods: { naive: methods.naive }, seeds: [1] });
  const first = comparison.train();
  await assert.rejects(comparison.train(), /it is training already; await the first train\(\)/);
  assert.equal((await first).length, 1);
});

test('a quiet comparison prints nothing, and gives the same runs', async () => {
  const loud = await trained(new Comparison({ stream, methods: { naive: methods.naive }, seeds: [1] }));
  let runs: unknown;
  const text = await printed(async () => {
    runs = await trained(new Comparison({ stream, methods: { naive: methods.naive }, seeds: [1], quiet: true }));
  });
  assert.equal(text, '');
  assert.deepEqual(runs, loud);
});
