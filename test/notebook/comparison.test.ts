import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, mock, test } from 'node:test';
import {
  captioned,
  Comparison,
  EWC,
  getSplitMnist,
  loadRuns,
  metricBarsFigure,
  MultiHeadMLP,
  NaiveTrainer,
  openStore,
} from '../../src';
import { printed } from './printed';

const log = mock.method(console, 'log', () => undefined); // outside a notebook the progress line is printed
after(() => log.mock.restore());

const folder = mkdtempSync(join(tmpdir(), 'comparison-'));
after(() => rmSync(folder, { recursive: true }));

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
    [{ methds: {} }, /unknown option 'methds'; known options: stream, methods, seeds, values, quiet, store, settings/],
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

const exploding = (seed: number) => new NaiveTrainer(network(seed), { seed, epochs: 1, lr: seed === 2 ? 1e9 : 0.01 });

test('a run that diverges ends no other: it is told, counted in figures, enters no mean, and is tried again', async () => {
  const warned = mock.method(console, 'warn', () => undefined);
  try {
    const comparison = new Comparison({
      stream,
      methods: { naive: exploding, ewc: methods['EWC λ = 5'] },
      seeds: [1, 2],
      quiet: true,
    });
    const runs = await comparison.train();
    assert.deepEqual(
      runs.map(({ method, seed, failed }) => [method, seed, failed !== undefined]),
      [
        ['naive', 1, false],
        ['ewc', 1, false],
        ['naive', 2, true],
        ['ewc', 2, false],
      ],
    );
    assert.match(runs[2].failed!, /the loss/);
    assert.match(JSON.stringify(metricBarsFigure(runs)), /Naive \(1 of 2(<br>| )seeds\)/);
    assert.match(String(warned.mock.calls[0].arguments[0]), /^1 of 4 runs gave no result:\nNaive, seed 2: task/);
    await comparison.train();
    assert.equal(warned.mock.callCount(), 2, 'tried again');
    const all = new Comparison({ stream, methods: { naive: exploding }, seeds: [2], quiet: true });
    await assert.rejects(all.train(), /^Error: Naive, seed 2: task .*the loss/);
  } finally {
    warned.mock.restore();
  }
});

test('with a store finished runs come from it at once, in a new comparison; other seeds and settings are trained', async () => {
  const store = join(folder, 'kept');
  const settings = { epochs: 3 };
  const first = await trained(new Comparison({ stream, methods, seeds: [1], store, settings }));
  let steps = 0;
  const counted = mock.method(NaiveTrainer.prototype, 'runSequence', function (this: NaiveTrainer, ...args: unknown[]) {
    steps++;
    return Object.getPrototypeOf(NaiveTrainer.prototype).runSequence.apply(this, args) as unknown;
  });
  try {
    const text = await printed(async () => {
      assert.deepEqual(await trained(new Comparison({ stream, methods, seeds: [1], store, settings })), first);
    });
    assert.match(text, /2 of 2 runs come from the store .*kept/);
    assert.equal(steps, 0);
    await trained(new Comparison({ stream, methods, seeds: [1, 2], store, quiet: true }));
    assert.equal(steps, 1, 'seed 2 only');
  } finally {
    counted.mock.restore();
  }
  assert.deepEqual(
    loadRuns(store)
      .map(({ method, label, seed }) => [method, label, seed])
      .sort(),
    [
      ['ewc', 'EWC λ = 5', 1],
      ['ewc', 'EWC λ = 5', 2],
      ['naive', 'Naive', 1],
      ['naive', 'Naive', 2],
    ],
  );
  const note = (now: object) => JSON.stringify(captioned(metricBarsFigure(first), first, now).layout.title);
  assert.match(
    note(settings),
    new RegExp(`From 2 runs \\(${first[0].id!.slice(0, 8)}, ${first[1].id!.slice(0, 8)}\\)\\..*Settings [0-9a-f]{8}\\.`),
  );
  assert.match(note({ epochs: 4 }), /Out of date: made with settings/);
});

test('failed runs of a comparison are in the store, too', async () => {
  const warned = mock.method(console, 'warn', () => undefined);
  const store = join(folder, 'failed');
  await new Comparison({ stream, methods: { naive: exploding }, seeds: [1, 2], quiet: true, store }).train();
  warned.mock.restore();
  assert.deepEqual(
    loadRuns(store)
      .map(({ seed, status }) => [seed, status])
      .sort(),
    [
      [1, 'stuck'], // random pixels teach nothing
      [2, 'diverged'],
    ],
  );
});

test('killed again and again, a comparison with a store goes on after the last task and ends with the same numbers', async () => {
  const run = (store: string) => {
    const child = spawn(process.execPath, [join(__dirname, 'comparisonWorker.js'), join(folder, store)], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let text = '';
    child.stdout.on('data', (data) => (text += data));
    return { child, ended: once(child, 'close').then(() => /^done (.*)$/m.exec(text)?.[1]) };
  };
  const unfinished = () => {
    const place = join(folder, 'killed', 'unfinished');
    return existsSync(place)
      ? readdirSync(place)
          .map((name) => statSync(join(place, name)).mtimeMs)
          .join()
      : '';
  };
  const alone = await run('alone').ended;
  for (let kill = 0; kill < 3; kill++) {
    const before = unfinished();
    const { child, ended } = run('killed');
    const over = new AbortController();
    void ended.then(() => over.abort());
    while (unfinished() === before && !over.signal.aborted) await new Promise((resolve) => setTimeout(resolve, 5)); // until a task is kept
    child.kill('SIGKILL');
    await ended;
  }
  assert.equal(await run('killed').ended, alone);
  assert.ok(alone!.length > 100);
  const store = openStore(join(folder, 'killed'));
  assert.equal(store.ids().length, 2);
  for (const name of ['unfinished', 'sessions', 'leases']) assert.deepEqual(readdirSync(join(store.folder, name)), [], name);
});

test('a store needs methods whose options are plain', async () => {
  const odd = {
    naive: (seed: number) =>
      Object.assign(Object.create(methods.naive(seed)) as NaiveTrainer, { options: { seed, odd: new Map() } }),
  };
  const comparison = new Comparison({ stream, methods: odd, seeds: [1], quiet: true, store: join(folder, 'odd') });
  await assert.rejects(
    comparison.train(),
    /a store knows runs by their options: .*odd.* is not plain JSON.*or train without a store/,
  );
});
