import assert from 'node:assert/strict';
import { after, mock, test } from 'node:test';
import { Comparison, EWC, getSplitMnist, MultiHeadMLP, NaiveTrainer } from '../../src';

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
  assert.throws(() => new Comparison({ stream, methods, seeds: [] }), /there is nothing to train/);
});
