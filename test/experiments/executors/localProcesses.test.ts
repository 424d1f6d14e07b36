import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os, { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { localProcesses } from '../../../src/experiments';
import type { PlannedRun, RunListener } from '../../../src/experiments';
import { planned } from '../fixtures';
import './ownStream';

const script = join(__dirname, 'crashingWorker.js');
let seed = 0;
/** A run of its own under this label. */
const run = (label: string) => planned({ seed: ++seed }, { label });

function listener(plan: readonly PlannedRun[]) {
  const labelOf = (id: string) => plan.find((one) => one.id === id)!.label;
  const heard = { started: [] as string[], finished: [] as string[], retried: [] as string[], failed: [] as string[] };
  const target: RunListener = {
    started: (id) => void heard.started.push(labelOf(id)),
    finished: (id) => void heard.finished.push(labelOf(id)),
    retried: (id, reason) => void heard.retried.push(`${labelOf(id)}: ${reason}`),
    failed: (id, reason) => void heard.failed.push(`${labelOf(id)}: ${reason}`),
  };
  return { heard, target };
}

test('a worker that crashes is reported, and its run is executed once more without losing the others', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pool-'));
  const once = `once|${join(folder, 'crashed')}`;
  const plan = [run(once), run('a'), run('b')];
  const { heard, target } = listener(plan);
  const outcomes = await localProcesses({ workers: 2, script }).run(plan, target);
  rmSync(folder, { recursive: true });
  assert.deepEqual(heard.finished.sort(), ['a', 'b', once].sort());
  assert.equal(heard.retried.length, 1);
  assert.deepEqual(heard.failed, []);
  assert.deepEqual(
    outcomes.map(({ id, status }) => [id, status]),
    plan.map(({ id }) => [id, 'finished']),
  );
});

test('processes side by side share the cores', async (t) => {
  t.mock.method(os, 'availableParallelism', () => 4);
  for (const [workers, runs, threads] of [
    [1, 2, '2'],
    [2, 3, '2'],
    [4, 4, '1'],
    [4, 1, '2'],
  ] as const) {
    const plan = Array.from({ length: runs }, () => run('threads'));
    const outcomes = await localProcesses({ workers, script }).run(plan);
    const told = outcomes.map((outcome) => (outcome as { result?: { device: string } }).result?.device);
    assert.deepEqual(told, Array(runs).fill(threads), `${workers} workers, ${runs} runs`);
  }
});

test('a worker that crashes twice fails its run, an error of the run itself is not tried again', async () => {
  const plan = [run('always'), run('throws'), run('a')];
  const { heard, target } = listener(plan);
  const outcomes = await localProcesses({ workers: 1, script }).run(plan, target);
  assert.deepEqual(heard.finished, ['a']);
  assert.equal(heard.retried.length, 1);
  assert.equal(heard.failed.length, 2);
  assert.match(
    heard.failed.find((text) => text.startsWith('throws'))!,
    /the loss exploded/,
  );
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['failed', 'failed', 'finished'],
  );
});

test('a listener that throws ends nothing: all runs are finished and returned', async () => {
  const plan = [run('a'), run('b'), run('c')];
  const warnings: string[] = [];
  const note = (warning: Error) => void warnings.push(warning.message);
  process.on('warning', note);
  const outcomes = await localProcesses({ workers: 1, script }).run(plan, {
    finished() {
      throw new Error('a slip in the listener');
    },
  });
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', note);
  assert.ok(outcomes.every(({ status }) => status === 'finished'));
  assert.equal(warnings.filter((text) => /a slip in the listener/.test(text)).length, 3);
});

test('two runs of one label and other seeds keep their own results', async () => {
  const plan = [planned({ seed: 1 }), planned({ seed: 2 })];
  const outcomes = await localProcesses({ workers: 2, script }).run(plan);
  assert.deepEqual(
    outcomes.map((outcome) => outcome.status === 'finished' && outcome.result.spec.seed),
    [1, 2],
  );
});

test('workers are reused, or each run has a process of its own', async () => {
  const plan = [run('a'), run('b'), run('c')];
  for (const freshProcesses of [false, true]) {
    const outcomes = await localProcesses({ workers: 1, script, freshProcesses }).run(plan);
    const processes = new Set(outcomes.map((outcome) => outcome.status === 'finished' && outcome.result.seconds));
    assert.equal(processes.size, freshProcesses ? 3 : 1);
  }
});

test('results do not depend on the number of workers, and a module makes own streams known to them', async () => {
  const stream = { name: 'own-stream', nTasks: 2 };
  const plan = ['naive', 'er', 'ewc'].map((name) => planned({ stream, method: { name } }));
  const modules = [join(__dirname, 'ownStream.js')];
  const results = async (workers: number) => {
    const outcomes = await localProcesses({ workers, modules }).run(plan);
    return outcomes.map((outcome) => (outcome.status === 'finished' ? outcome.result.matrix : outcome));
  };
  const one = await results(1);
  assert.deepEqual(await results(2), one);
  assert.equal((one[0] as number[][]).length, 2);
  const [unknown] = await localProcesses({ workers: 1 }).run(plan.slice(0, 1));
  assert.ok(unknown.status === 'failed' && /none called 'own-stream'/.test(unknown.reason));
});

test('stop ends running runs at once, begins no more, and nothing is reported as failed', async () => {
  const plan = [planned({ epochs: 500 }), run('a')];
  const { heard, target } = listener(plan);
  const executor = localProcesses({ workers: 1 });
  const outcomes = await executor.run(plan, { ...target, progress: () => void executor.stop() });
  assert.deepEqual([heard.finished, heard.failed, heard.started], [[], [], ['Naive']]);
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['stopped', 'stopped'],
  );
});

test('wrong options and entries that are no planned runs are refused', async () => {
  assert.throws(() => localProcesses({ worker: 1 } as object), /unknown option 'worker'/);
  assert.throws(() => localProcesses({ workers: 0 }), /workers must be a whole number of at least 1/);
  assert.throws(() => localProcesses({ freshProcesses: 'no' as never }), /freshProcesses must be true or false, got 'no'/);
  await assert.rejects(
    localProcesses().run([{ label: 'x', seed: 3 } as never]),
    /entry 0 of the plan, label x, seed 3, is no planned run/,
  );
});
