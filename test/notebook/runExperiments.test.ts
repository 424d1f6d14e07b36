import assert from 'node:assert/strict';
import childProcess from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mock, test } from 'node:test';
import { openStore, planExperiments, planRun, runExperiments } from '../../src';
import { RUN_SCRIPT } from '../../src/experiments/executors/runProcess';
import { NO_REDIS, RedisServer } from '../experiments/executors/queue/redis';
import { endWorkers, startWorker } from '../experiments/executors/queue/workers';
import type { PlannedRun, SpecInput } from '../../src';

const plan = planExperiments({
  studies: ['class-incremental'],
  methods: ['naive', 'er'],
  epochs: 1,
  limit: 100,
  data: 'synthetic',
});
const changed = (run: PlannedRun, change: Partial<SpecInput>) => planRun({ ...run.spec, ...change }, run);
const exploding = changed(plan[0], { optimizer: { lr: 1e9 }, seed: 31337 });

test('runs are executed in processes of their own, and their results come in order', async () => {
  const results = await runExperiments(plan);
  assert.deepEqual(
    results.map(({ id, label, method }) => [id, label, method]),
    plan.map(({ id, label, spec }) => [id, label, spec.method.name]),
  );
  for (const { peakMb, metrics } of results) {
    assert.ok(peakMb > 50);
    assert.ok(metrics.acc! < 0.3, 'random pixels');
  }
});

test('two seeds under one label keep their own results', async () => {
  const more = [1, 2].map((seed) => changed(plan[0], { seed }));
  const results = await runExperiments(more);
  assert.deepEqual(
    results.map(({ id, seed }) => [id, seed]),
    more.map(({ id, spec }) => [id, spec.seed]),
  );
  assert.notDeepEqual(results[0].matrix, results[1].matrix);
});

test('an interrupt ends the processes at once; what is finished outlives it, the next call does only the rest, the one after it begins anew', async () => {
  const long = changed(plan[0], { epochs: 5000 });
  const { fork } = childProcess;
  let interrupted = 0;
  const forks = mock.method(childProcess, 'fork', (...args: Parameters<typeof fork>) => {
    const child = fork(...args);
    if (!interrupted) child.once('exit', () => !interrupted && process.emit('SIGINT') && (interrupted = Date.now())); // the short one is done
    return child;
  });
  try {
    await assert.rejects(runExperiments([long, plan[0]], { workers: 2 }), { name: 'Interrupted' });
    assert.ok(Date.now() - interrupted < 3000, `${Date.now() - interrupted} ms`);
    assert.equal(forks.mock.callCount(), 2);
    const [first, second] = await runExperiments(plan);
    assert.equal(forks.mock.callCount(), 3, 'only the second one ran');
    assert.deepEqual(
      [first.label, second.label],
      plan.map(({ label }) => label),
    );
    const [again] = await runExperiments([plan[0]]);
    assert.equal(forks.mock.callCount(), 4, 'ran anew');
    assert.deepEqual(again.matrix, first.matrix);
  } finally {
    forks.mock.restore();
  }
});

test('a failure is told by label, seed and reason; nothing more is begun, and what was finished before it is kept', async () => {
  const failure = /class-incremental Naive, seed 31337: .*(exploded|not a number)/;
  const forks = mock.method(childProcess, 'fork');
  const shorter = [1, 2, 3].map((limitPerTask) =>
    changed(plan[1], { stream: { ...plan[1].spec.stream, limitPerTask: 20 * limitPerTask } }),
  );
  try {
    await assert.rejects(runExperiments([plan[0], exploding, ...shorter], { workers: 1 }), failure);
    assert.equal(forks.mock.callCount(), 2);
    await runExperiments([plan[0]]);
    assert.equal(forks.mock.callCount(), 2);
  } finally {
    forks.mock.restore();
  }
});

test('unknown options, and a spec that was changed under its id, are refused', async () => {
  await assert.rejects(runExperiments([], { worker: 3 } as object), /unknown option 'worker'/);
  await assert.rejects(runExperiments(plan, { queue: 'http://host' }), /queue: 'http:\/\/host': it does not begin with redis:/);
  await assert.rejects(runExperiments(plan, { queue: '' }), /queue is empty/);
  await assert.rejects(
    runExperiments(plan, { queue: 'redis://host', workers: 3 }),
    /workers are for this machine, a queue has its own; leave one of the two options out/,
  );
  const edited = { ...plan[0], spec: { ...plan[0].spec, epochs: 9 } };
  await assert.rejects(runExperiments([edited]), /runExperiments: class-incremental Naive, seed 42: spec or data are not those/);
});

test('with a store finished runs are not executed again, whatever became of the kernel; failed ones are kept and tried again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'run-experiments-'));
  const forks = mock.method(childProcess, 'fork');
  try {
    const first = await runExperiments(plan, { store: folder });
    assert.equal(forks.mock.callCount(), 2);
    assert.deepEqual(await runExperiments(plan, { store: openStore(folder) }), first);
    assert.equal(forks.mock.callCount(), 2);
    await assert.rejects(runExperiments([...plan, exploding], { store: folder }), /seed 31337: .*(exploded|not a number)/);
    await assert.rejects(runExperiments([exploding], { store: folder }), /seed 31337/);
    assert.equal(forks.mock.callCount(), 4);
    assert.deepEqual(
      openStore(folder)
        .select({ statuses: ['diverged'] })
        .map(({ id }) => id),
      [exploding.id],
    );
  } finally {
    forks.mock.restore();
    rmSync(folder, { recursive: true });
  }
});

test('on a queue the same runs give the same results, kept in the store of who asked', { skip: NO_REDIS }, async () => {
  const own = plan.map((run) => changed(run, { seed: 5 }));
  const folder = mkdtempSync(join(tmpdir(), 'run-experiments-'));
  const server = await RedisServer.start();
  try {
    await startWorker(server.url, { script: RUN_SCRIPT, concurrency: 2 });
    const there = await runExperiments(own, { queue: server.url, store: folder });
    const here = await runExperiments(own);
    const numbers = (results: typeof here) => results.map(({ id, label, spec, matrix }) => ({ id, label, spec, matrix }));
    assert.deepEqual(numbers(there), numbers(here));
    assert.deepEqual(openStore(folder).ids(), own.map(({ id }) => id).sort());
    await endWorkers();
    assert.deepEqual(await runExperiments(own, { queue: server.url, store: folder }), there, 'all is in the store');
    await assert.rejects(runExperiments([exploding], { queue: 'redis://127.0.0.1:1' }), /nothing answers there/);
  } finally {
    await endWorkers();
    await server.end();
    rmSync(folder, { recursive: true });
  }
});
