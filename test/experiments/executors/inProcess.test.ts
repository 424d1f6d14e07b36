import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inProcess, registerStream } from '../../../src/experiments';
import { getSplitMnist } from '../../../src/scenarios';
import { planned } from '../fixtures';

test('runs are executed in this process, streams that only it knows included; a failure does not end the others', async () => {
  registerStream('only-here', ({ seed }) =>
    getSplitMnist({
      seed: seed as number,
      nTasks: 2,
      classesPerTask: 2,
      data: 'synthetic',
      limitPerTask: 40,
      testLimitPerTask: 40,
    }),
  );
  const plan = [
    planned({ stream: { name: 'only-here' }, optimizer: { lr: 1e9 } }, { label: 'explodes' }),
    planned({ stream: { name: 'only-here' } }),
  ];
  const heard: string[] = [];
  const outcomes = await inProcess().run(plan, {
    started: (id) => heard.push(`started ${id}`),
    finished: (id) => heard.push(`finished ${id}`),
    failed: (id) => heard.push(`failed ${id}`),
  });
  assert.deepEqual(
    heard,
    plan.flatMap(({ id }, i) => [`started ${id}`, `${i === 0 ? 'failed' : 'finished'} ${id}`]),
  );
  assert.equal(outcomes[0].status, 'failed');
  assert.ok(outcomes[1].status === 'finished' && outcomes[1].result.matrix.length === 2);
});

test('stop ends the run that trains, and nothing more is begun', async () => {
  const executor = inProcess();
  const plan = [planned({ epochs: 5000 }), planned()];
  const heard: string[] = [];
  const outcomes = await executor.run(plan, {
    started: (id) => heard.push(id),
    progress: () => void executor.stop(),
    failed: (_, reason) => heard.push(reason),
  });
  assert.deepEqual(heard, [plan[0].id]);
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['stopped', 'stopped'],
  );
});
