import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failedRun } from '../../../src/experiments/failedRun';
import { provenance } from '../../../src/experiments/provenance';
import { runRowsOf } from '../../../src/experiments/store/runRow';
import { planned, result } from '../fixtures';

const ewc = (seed: number) => planned({ seed, method: { name: 'ewc', options: { lambda: 7 } } });

test('a row says what was run, what came out, when and where; a failed one why nothing did', () => {
  const made = provenance();
  const [done, failed] = runRowsOf([result({ made }, ewc(1)), failedRun(ewc(2), 'the loss exploded to 1e5')]);
  const { id, method, seed, stream, scenario, tasks, lr, epochs, ACC, FWT, status, reason, parameters, date, commit, seeds } =
    done;
  assert.deepEqual(
    [id, method, seed, stream, scenario, tasks, lr, epochs],
    [ewc(1).id, 'ewc', 1, 'split-mnist', 'task-incremental', 2, 0.01, 1],
  );
  assert.deepEqual([ACC, FWT, status, reason, parameters], [0.65, null, 'finished', null, 10]);
  assert.deepEqual([date, commit ?? undefined, seeds], [made.date, made.commit, '1 of 2']);
  assert.equal(done['option.lambda'], 7);
  assert.deepEqual(
    [failed.status, failed.reason, failed.seeds, failed.ACC],
    ['diverged', 'the loss exploded to 1e5', '1 of 2', undefined],
  );
});

test('every value is text, a number or null', () => {
  const run = planned({ method: { name: 'ewc' } });
  for (const row of runRowsOf([result({}, run), failedRun(run, 'why')])) {
    for (const [name, value] of Object.entries(row)) {
      assert.ok(value === null || typeof value === 'string' || Number.isFinite(value), `${name} is ${String(value)}`);
    }
  }
});
