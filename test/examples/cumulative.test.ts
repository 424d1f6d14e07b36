import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { initBackend } from '../../src/backend';
import type { ScenarioName } from '../../src/data/task';
import { architectureFor } from '../../src/models';
import type { TrainCall } from '../../src/training';
import { lifeStream, smallModel } from '../methods/fixtures';
import { Cumulative } from './cumulative';

before(async () => {
  await initBackend('native');
});

/** Learns the stream; gives the matrix, the losses, and the steps and execution of each task. */
async function learn(scenario: ScenarioName, execution: TrainCall['execution']) {
  const trainer = new Cumulative(smallModel(architectureFor(scenario)), { epochs: 12, lr: 0.05, seed: 1 });
  const losses: number[] = [];
  const reports: string[] = [];
  const { matrix } = await trainer.runSequence(lifeStream(scenario), {
    execution,
    onLosses: (some) => void losses.push(...some),
    onTask: (report) => void reports.push(`${report.steps} ${report.execution}`),
  });
  return { matrix, losses, reports };
}

for (const scenario of ['task-incremental', 'domain-incremental', 'class-incremental'] as const) {
  test(`${scenario}: trained on all tasks so far together nothing is forgotten, recorded as op by op`, async () => {
    const [recorded, single] = [await learn(scenario, 'recorded'), await learn(scenario, 'op-by-op')];
    assert.deepEqual(recorded.reports, [5, 10, 15].map((count) => `${12 * count} recorded`)); // prettier-ignore
    recorded.matrix.forEach((row, task) => assert.ok(row[2]! > 0.9, `task ${task} at the end: ${row[2]}`));
    recorded.losses.slice(0, 100).forEach((loss, i) => {
      assert.ok(Math.abs(loss - single.losses[i]) < 1e-4 * Math.max(1, loss), `step ${i}: ${loss}, ${single.losses[i]}`);
    });
  });
}
