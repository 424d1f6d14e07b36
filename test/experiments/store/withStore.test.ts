import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { inProcess, isFailed, localProcesses, openStore, withStore } from '../../../src/experiments';
import type { Executor, PlannedRun, RunListener, RunStore } from '../../../src/experiments';
import { checkRuns } from '../../../src/experiments/plan';
import { planned, result } from '../fixtures';

let folder: string;
let store: RunStore;
let notes: string[];
const note = (message: string) => void notes.push(message);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'store-'));
  notes = [];
  store = openStore(join(folder, 'runs'), { warn: note });
});
afterEach(() => rmSync(folder, { recursive: true }));

const plan = [planned(), planned({ seed: 2 }), planned({ seed: 3 })];

/** An executor that needs no time; runs whose label says so fail. */
function quick(asksBefore: boolean): Executor & { executed: PlannedRun[] } {
  const executed: PlannedRun[] = [];
  return {
    executed,
    asksBefore,
    stop: async () => undefined,
    async run(runs, listener, claim = () => true) {
      checkRuns('quick', runs);
      return runs.map((run) => {
        const { id } = run;
        if (asksBefore && !claim(run)) return { id, status: 'stopped' };
        executed.push(run);
        listener?.started?.(id);
        if (run.label === 'fails') {
          listener?.failed?.(id, 'the loss exploded to 1e5');
          return { id, status: 'failed', reason: 'the loss exploded to 1e5' };
        }
        const made = result({}, run);
        listener?.finished?.(id, made);
        return { id, status: 'finished', result: made };
      });
    },
  };
}

function heardBy(): { heard: string[]; listener: RunListener } {
  const heard: string[] = [];
  const place = (id: string) => plan.findIndex((run) => run.id === id);
  return {
    heard,
    listener: {
      started: (id) => void heard.push(`started ${place(id)}`),
      finished: (id) => void heard.push(`finished ${place(id)}`),
      failed: (id) => void heard.push(`failed ${place(id)}`),
    },
  };
}

for (const asksBefore of [true, false]) {
  const kind = asksBefore ? 'an executor that asks before each run' : 'an executor that does not ask';

  test(`${kind}: finished runs are not executed again, unless by force`, async () => {
    const executor = quick(asksBefore);
    await withStore(executor, store).run(plan.slice(0, 2));
    const { heard, listener } = heardBy();
    const outcomes = await withStore(executor, store).run(plan, listener);
    assert.deepEqual(heard, ['finished 0', 'finished 1', 'started 2', 'finished 2']);
    assert.deepEqual(
      outcomes.map((outcome) => outcome.status === 'finished' && outcome.result.seed),
      [1, 2, 3],
    );
    assert.equal(executor.executed.length, 3);
    await withStore(executor, store, { force: true }).run(plan);
    assert.equal(executor.executed.length, 6);
    assert.deepEqual(store.ids().length, 3);
  });

  test(`${kind}: a failed run is kept with its reason, and tried again by the next call`, async () => {
    const executor = quick(asksBefore);
    const fails = planned({ seed: 4 }, { label: 'fails' });
    const [outcome] = await withStore(executor, store).run([fails]);
    assert.equal(outcome.status, 'failed');
    const kept = store.get(fails.id)!;
    assert.ok(isFailed(kept) && kept.diverged && kept.failed === 'the loss exploded to 1e5');
    assert.deepEqual([kept.label, kept.matrix.length, kept.matrix[0][0]], ['fails', 5, null]);
    await withStore(executor, store).run([fails]);
    assert.equal(executor.executed.length, 2);
    await withStore(executor, store).run([{ ...fails, label: 'works' }]);
    assert.ok(store.finished(fails.id));
  });

  test(`${kind}: a run that another process executes is waited for, and taken over where it is given back`, async () => {
    const executor = quick(asksBefore);
    const session = store.enter();
    session.claim(plan[0].id);
    session.claim(plan[1].id);
    setTimeout(() => {
      session.save(result({}, plan[0]));
      session.end();
    }, 700);
    const { heard, listener } = heardBy();
    const outcomes = await withStore(executor, store, { note }).run(plan, listener);
    assert.deepEqual(heard, ['started 2', 'finished 2', 'finished 0', 'started 1', 'finished 1']);
    assert.ok(outcomes.every(({ status }) => status === 'finished'));
    assert.deepEqual(notes.length, 1);
    assert.match(notes[0], new RegExp(`2 runs are executed by process ${process.pid} on .*: waiting for the results`));
  });
}

test('a result has the label and the study of the plan that asks for it', async () => {
  await withStore(quick(true), store).run(plan);
  const asked = planned({}, { label: 'mine', study: 'own' });
  const [outcome] = await withStore(quick(true), store).run([asked]);
  assert.ok(outcome.status === 'finished');
  assert.deepEqual([outcome.result.label, outcome.result.study], ['mine', 'own']);
});

test('a run that was finished between the look and the claim is not executed', async () => {
  const executor = quick(true);
  const late: Executor = {
    ...executor,
    run(runs, listener, claim) {
      const session = store.enter();
      session.save(result({}, plan[0]));
      session.end();
      return executor.run(runs, listener, claim);
    },
  };
  const outcomes = await withStore(late, store).run(plan.slice(0, 1));
  assert.deepEqual([executor.executed, outcomes[0].status], [[], 'finished']);
});

test('stop while it waits for another process ends it at once', async () => {
  const session = store.enter();
  session.claim(plan[0].id);
  const executor = withStore(quick(true), store, { note });
  setTimeout(() => void executor.stop(), 50);
  const started = performance.now();
  const [outcome] = await executor.run(plan.slice(0, 1));
  assert.equal(outcome.status, 'stopped');
  assert.ok(performance.now() - started < 400);
  session.end();
});

test('real runs in this process and in others fill the store alike, with losses, machine and time; nothing else stays', async () => {
  const [here] = await withStore(inProcess(), store).run(plan.slice(0, 1));
  const outcomes = await withStore(localProcesses({ workers: 2 }), store).run(plan);
  assert.ok(outcomes.every(({ status }) => status === 'finished'));
  assert.ok(here.status === 'finished' && outcomes[0].status === 'finished');
  assert.deepEqual(outcomes[0].result, here.result, 'it came from the store');
  for (const run of store.runs()) {
    assert.ok(!isFailed(run));
    assert.deepEqual(
      run.losses!.map(({ task, steps, losses }) => [task, steps, losses.length]),
      [0, 1, 2, 3, 4].map((task) => [task, 2, 2]),
    );
    assert.match(run.made!.date, /^20\d\d-/);
    assert.ok(run.made!.machine.cores > 0 && run.made!.versions.node && run.seconds > 0);
  }
  assert.deepEqual(
    ['sessions', 'leases'].map((name) => readdirSync(join(store.folder, name))),
    [[], []],
  );
});

test('on a full disk everything is executed and returned, and it is said that and why nothing was kept', () => {
  const script = `
    const { inProcess, openStore, withStore } = require(${JSON.stringify(join(__dirname, '../../../src'))});
    const { planned } = require(${JSON.stringify(join(__dirname, '../fixtures.js'))});
    const store = openStore(${JSON.stringify(join(folder, 'full'))});
    const executor = withStore(inProcess(), store, { note: () => undefined });
    executor.run([planned(), planned({ seed: 2 })]).then((outcomes) =>
      console.log(JSON.stringify([outcomes.map(({ status }) => status), executor.notStored, store.ids()])));`;
  const command = ['-c', 'ulimit -f 0; exec "$0" -e "$1"', process.execPath, script]; // no file may grow
  const env = { ...process.env, NODE_TEST_CONTEXT: undefined };
  const { stdout } = spawnSync('sh', command, { encoding: 'utf8', env });
  const [statuses, notStored, ids] = JSON.parse(stdout.trim().split('\n').pop()!) as [string[], string, string[]];
  assert.deepEqual([statuses, ids], [['finished', 'finished'], []]);
  assert.match(notStored, /^2 runs are not in the store: .*cannot be written: /);
});

test('wrong options, and entries that are no planned runs, are refused', async () => {
  assert.throws(() => withStore(inProcess(), store, { forced: true } as object), /unknown option 'forced'/);
  assert.throws(() => withStore(inProcess(), store, { force: 'no' as never }), /force must be true or false, got 'no'/);
  await assert.rejects(withStore(inProcess(), store).run([{ label: 'x' } as never]), /is no planned run/);
});
