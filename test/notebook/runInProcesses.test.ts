import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planExperiments, runInProcesses } from '../../src';

const plan = planExperiments({ studies: ['class-incremental'], methods: ['naive', 'er'], epochs: 1, limit: 100, data: 'synthetic' });

test('experiments run in processes of their own, and their results come in order', async () => {
  const results = await runInProcesses(plan);
  assert.deepEqual(results.map(({ label }) => label), plan.map(({ label }) => label));
  for (const { peakMb, metrics } of results) {
    assert.ok(peakMb > 50);
    assert.ok(metrics.acc! < 0.3, 'random pixels');
  }
});

test('a failing experiment is told by its name and reason', async () => {
  await assert.rejects(runInProcesses([{ ...plan[0], method: 'none' }]), /Naive: .*there is none called 'none'/);
});

test('an interrupt ends the processes and fails as every interrupted training does', async () => {
  const long = { ...plan[0], options: { ...plan[0].options, epochs: 5000 } };
  setTimeout(() => process.emit('SIGINT'), 1500);
  const began = Date.now();
  await assert.rejects(runInProcesses([long]), { name: 'Interrupted' });
  assert.ok(Date.now() - began < 6000, `${Date.now() - began} ms`);
});
