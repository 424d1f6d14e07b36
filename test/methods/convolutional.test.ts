import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { initBackend } from '../../src/backend';
import type { ScenarioName } from '../../src/data/task';
import { findMethod, methodCompatibility } from '../../src/methods';
import { DomainMLP, MultiHeadMLP, SingleHeadMLP, type Model } from '../../src/models';
import { lifeStream } from './fixtures';

before(async () => {
  await initBackend('native');
});

const IMAGES = { inputShape: [4, 4, 1], conv: [{ filters: 8 }], hidden: [16], seed: 7 };
const MODELS: Record<ScenarioName, () => Model> = {
  'task-incremental': () => new MultiHeadMLP(IMAGES),
  'domain-incremental': () => new DomainMLP({ ...IMAGES, nClasses: 6 }),
  'class-incremental': () => new SingleHeadMLP({ ...IMAGES, conv: [{ filters: 8, pool: 'mean' }] }),
};
const METHODS: Record<string, object> = { naive: {}, ewc: { lambda: 20 }, er: {}, gem: { memoryPerTask: 40 } };

/** Learns the stream; gives the losses of all steps, how they were executed, and what is kept of earlier tasks. */
async function learnAnew(method: string, scenario: ScenarioName, execution: 'recorded' | 'op-by-op') {
  const model = MODELS[scenario]();
  const trainer = findMethod(method).create(model, { epochs: 12, lr: 0.05, seed: 1, ...METHODS[method] });
  const losses: number[] = [];
  const executions: string[] = [];
  const { matrix } = await trainer.runSequence(lifeStream(scenario), {
    execution,
    onLosses: (some) => void losses.push(...some),
    onTask: (report) => void executions.push(report.execution),
  });
  trainer.dispose();
  model.dispose();
  return { losses, executions, matrix, kept: (matrix[0][2]! + matrix[1][2]!) / 2 };
}

const known = new Map<string, ReturnType<typeof learnAnew>>();

/** The same, once for all tests that look at it. */
function learn(...what: Parameters<typeof learnAnew>): ReturnType<typeof learnAnew> {
  const key = what.join();
  known.set(key, known.get(key) ?? learnAnew(...what));
  return known.get(key)!;
}

for (const scenario of Object.keys(MODELS) as ScenarioName[]) {
  let naive: number;
  for (const method of Object.keys(METHODS)) {
    test(`${method} on a convolutional network, ${scenario}: it learns, recorded, and keeps what it should`, async () => {
      const recorded = await learn(method, scenario, 'recorded');
      assert.deepEqual(recorded.executions, ['recorded', 'recorded', 'recorded']);
      recorded.matrix.forEach((row, task) => assert.ok(row[task]! > 0.9, `task ${task}: ${row[task]}`));
      if (method === 'naive') naive = recorded.kept;
      else if (methodCompatibility(method, scenario).fit === 'yes') {
        assert.ok(recorded.kept > naive + 0.02, `it keeps ${recorded.kept}, naive ${naive}`);
      }
    });
  }
}

for (const method of Object.keys(METHODS)) {
  test(`${method} on a convolutional network whose head grows: the losses of 100 recorded steps are those of op by op`, async () => {
    const recorded = await learn(method, 'class-incremental', 'recorded');
    const single = await learn(method, 'class-incremental', 'op-by-op');
    assert.ok(recorded.losses.length > 150, 'so that 100 steps reach into the second task');
    recorded.losses.slice(0, 100).forEach((loss, step) => {
      const gap = Math.abs(loss - single.losses[step]);
      assert.ok(gap < 1e-4 * Math.max(1, loss), `step ${step}: ${loss} recorded, ${single.losses[step]} op by op`);
    });
  });
}
