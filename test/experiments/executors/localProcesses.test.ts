import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { processPool } from '../../../src/experiments';
import type { Experiment, ExperimentResult, PoolListener } from '../../../src/experiments';
import { experiment } from '../../benchmark/fixtures';

const script = join(__dirname, 'crashingWorker.js');

function listener() {
  const heard = {
    finished: [] as string[],
    retried: [] as string[],
    failed: [] as string[],
    results: new Map<Experiment, ExperimentResult>(),
  };
  const target: PoolListener = {
    started: () => undefined,
    progress: () => undefined,
    finished(one, result) {
      heard.finished.push(one.label);
      heard.results.set(one, result);
    },
    retried: (one, reason) => void heard.retried.push(`${one.label}: ${reason}`),
    failed: (one, reason) => void heard.failed.push(`${one.label}: ${reason}`),
  };
  return { heard, target };
}

test('a worker that crashes is reported, and its experiment is run once more without losing the others', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pool-'));
  const { heard, target } = listener();
  const once = `once|${join(folder, 'crashed')}`;
  await processPool(2, script).run([experiment({ label: once }), experiment({ label: 'a' }), experiment({ label: 'b' })], target);
  rmSync(folder, { recursive: true });
  assert.deepEqual(heard.finished.sort(), ['a', 'b', once].sort());
  assert.equal(heard.retried.length, 1);
  assert.deepEqual(heard.failed, []);
});

test('a worker that crashes twice fails its experiment, an error of the experiment itself is not run again', async () => {
  const { heard, target } = listener();
  await processPool(1, script).run(
    [experiment({ label: 'always' }), experiment({ label: 'throws' }), experiment({ label: 'a' })],
    target,
  );
  assert.deepEqual(heard.finished, ['a']);
  assert.equal(heard.retried.length, 1);
  assert.equal(heard.failed.length, 2);
  assert.match(
    heard.failed.find((text) => text.startsWith('throws'))!,
    /the loss exploded/,
  );
});

test('results do not depend on the number of workers', async () => {
  const experiments = [experiment(), experiment({ method: 'er', label: 'ER' }), experiment({ method: 'ewc', label: 'EWC' })];
  const [one, two] = [listener(), listener()];
  await processPool(1).run(experiments, one.target);
  await processPool(2).run(experiments, two.target);
  for (const each of experiments)
    assert.deepEqual(two.heard.results.get(each)!.matrix, one.heard.results.get(each)!.matrix, each.label);
});

test('stop ends running experiments at once and nothing is reported as failed', async () => {
  const { heard, target } = listener();
  const pool = processPool(1);
  const long = experiment({ options: { epochs: 500, lr: 0.01, momentum: 0.9 } });
  const running = pool.run([long], { ...target, started: () => void pool.stop() });
  await running;
  assert.deepEqual([heard.finished, heard.failed], [[], []]);
});
