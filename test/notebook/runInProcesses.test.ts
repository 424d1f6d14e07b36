import assert from 'node:assert/strict';
import childProcess from 'node:child_process';
import { mock, test } from 'node:test';
import { planExperiments, runInProcesses } from '../../src';

const plan = planExperiments({
  studies: ['class-incremental'],
  methods: ['naive', 'er'],
  epochs: 1,
  limit: 100,
  data: 'synthetic',
});

test('experiments run in processes of their own, and their results come in order', async () => {
  const results = await runInProcesses(plan);
  assert.deepEqual(
    results.map(({ label }) => label),
    plan.map(({ label }) => label),
  );
  for (const { peakMb, metrics } of results) {
    assert.ok(peakMb > 50);
    assert.ok(metrics.acc! < 0.3, 'random pixels');
  }
});

test('a failing experiment is told by its name and reason', async () => {
  await assert.rejects(runInProcesses([{ ...plan[0], method: 'none' }]), /Naive, seed 42: .*there is none called 'none'/);
});

test('what is no list of experiments, and options that do not exist, are refused', async () => {
  await assert.rejects(runInProcesses(plan, { worker: 1 } as never), /unknown option 'worker'; known options: workers/);
  await assert.rejects(runInProcesses(plan, { workers: '2' } as never), /workers must be a whole number of at least 1, got '2'/);
  await assert.rejects(runInProcesses([]), /experiments is empty/);
  await assert.rejects(runInProcesses('all' as never), /experiments must be an array, got 'all'/);
});

test('an interrupt ends the processes and fails as every interrupted training does', async () => {
  const long = { ...plan[0], options: { ...plan[0].options, epochs: 5000 } };
  setTimeout(() => process.emit('SIGINT'), 1500);
  const began = Date.now();
  await assert.rejects(runInProcesses([long]), { name: 'Interrupted' });
  assert.ok(Date.now() - began < 6000, `${Date.now() - began} ms`);
});

test('finished experiments outlive an interrupt: the next call does only the rest, the one after it begins anew', async () => {
  const long = { ...plan[1], options: { ...plan[1].options, epochs: 5000 } };
  const { fork } = childProcess;
  let interrupt = true;
  const forks = mock.method(childProcess, 'fork', (...args: Parameters<typeof fork>) => {
    if (interrupt && forks.mock.callCount() === 1) setTimeout(() => process.emit('SIGINT'), 300); // the second one has begun
    return fork(...args);
  });
  try {
    await assert.rejects(runInProcesses([plan[0], long], { workers: 1 }), { name: 'Interrupted' });
    interrupt = false;
    assert.equal(forks.mock.callCount(), 2);
    const [first, second] = await runInProcesses(plan);
    assert.equal(forks.mock.callCount(), 3, 'only the second one ran');
    assert.deepEqual(
      [first.label, second.label],
      plan.map(({ label }) => label),
    );
    const [again] = await runInProcesses([plan[0]]);
    assert.equal(forks.mock.callCount(), 4, 'ran anew');
    assert.deepEqual(again.matrix, first.matrix);
  } finally {
    forks.mock.restore();
  }
});

test('finished experiments outlive the failure of another one', async () => {
  await assert.rejects(runInProcesses([plan[0], { ...plan[0], method: 'none' }], { workers: 1 }), /there is none called/);
  const forks = mock.method(childProcess, 'fork');
  const results = await runInProcesses([plan[0]]);
  assert.equal(forks.mock.callCount(), 0);
  assert.equal(results[0].label, plan[0].label);
  forks.mock.restore();
});

test('after a failure nothing more is begun', async () => {
  const forks = mock.method(childProcess, 'fork');
  const more = [2, 3, 4].map((epochs) => ({ ...plan[1], options: { ...plan[1].options, epochs } }));
  try {
    await assert.rejects(runInProcesses([{ ...plan[0], method: 'none' }, ...more], { workers: 2 }), /there is none called/);
    const begun = forks.mock.callCount();
    await new Promise((resolve) => setTimeout(resolve, 3000));
    assert.equal(forks.mock.callCount(), begun);
  } finally {
    forks.mock.restore();
  }
});
