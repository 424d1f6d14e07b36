import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, afterEach, describe, test } from 'node:test';
import { openStore, withStore } from '../../../../src/experiments';
import type { Outcome, PlannedRun, RunListener } from '../../../../src/experiments';
import { QueueAddress } from '../../../../src/experiments/executors/queue/address';
import { QueueExecutor } from '../../../../src/experiments/executors/queue/asker';
import { jobOf } from '../../../../src/experiments/executors/queue/job';
import { QueueLink } from '../../../../src/experiments/executors/queue/link';
import { freePort, NO_REDIS, QUICK, RedisServer, until } from './redis';
import { acted, endWorkers, eventsIn, startWorker } from './workers';

/** An asker with what it heard. */
function asker(url: string, { force = false } = {}) {
  const notes: string[] = [];
  const executor = new QueueExecutor(new QueueAddress(url), { force, note: (text) => void notes.push(text) }, QUICK);
  return { executor, notes };
}

/** A listener that counts by event and run. */
function ears() {
  const heard: string[] = [];
  const listener: RunListener = {
    started: (id) => void heard.push(`started ${id}`),
    progress: (id) => void heard.push(`progress ${id}`),
    finished: (id) => void heard.push(`finished ${id}`),
    retried: (id, reason) => void heard.push(`retried ${id} ${reason}`),
    failed: (id, reason) => void heard.push(`failed ${id} ${reason}`),
  };
  return { heard, listener };
}

const statuses = (outcomes: readonly Outcome[]) => outcomes.map(({ status }) => status);

describe('asking a queue', { skip: NO_REDIS }, () => {
  let server: RedisServer;
  let folder: string;
  let log: string;
  before(async () => (server = await RedisServer.start()));
  after(() => server.end());
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'queue-'));
    log = join(folder, 'log');
  });
  afterEach(async () => {
    await endWorkers();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Ids and processes of the runs that ended, each time they did. */
  const ended = () => eventsIn(log).filter(({ what }) => what === 'end');
  const begun = () => eventsIn(log).filter(({ what }) => what === 'begin');
  const store = () => openStore(join(folder, 'runs'));

  /** Each run has exactly one result in the store, and nothing is left on the queue. */
  async function assertAllThere(plan: readonly PlannedRun[]): Promise<void> {
    const ids = plan.map(({ id }) => id).sort();
    assert.deepEqual(store().ids(), ids);
    assert.equal([...store().runs()].length, ids.length);
    assert.deepEqual(readdirSync(store().folder).sort(), [...ids.map((id) => `${id}.json`), 'leases', 'sessions'].sort());
    const { keys } = await server.content();
    assert.deepEqual(
      keys.filter((key) => /run-/.test(key)),
      [],
    );
  }

  test('runs are shared by workers, told as they go on, and kept by who asked', async () => {
    await Promise.all([startWorker(server.url), startWorker(server.url, { concurrency: 2 })]);
    const plan = Array.from({ length: 9 }, () => acted('slow 0.05', log));
    const { heard, listener } = ears();
    const { executor } = asker(server.url);
    const outcomes = await withStore(executor, store()).run(plan, listener);
    assert.deepEqual(statuses(outcomes), Array(9).fill('finished'));
    for (const { id } of plan) {
      const own = heard.filter((text) => text.includes(id)).map((text) => text.split(' ')[0]);
      assert.deepEqual(own, ['started', 'progress', 'finished']);
    }
    assert.equal(new Set(ended().map(({ pid }) => pid)).size, 3);
    const [first] = outcomes;
    assert.ok(first.status === 'finished');
    assert.deepEqual(first.result.spec, plan[0].spec);
    await assertAllThere(plan);
  });

  test('a run that crashes is tried three times, one that throws once; both end as failed with their reasons', async () => {
    await startWorker(server.url);
    const plan = [acted('crashes', log), acted('throws', log), acted('crashes once', log)];
    const { heard, listener } = ears();
    const [crashed, thrown, once] = await withStore(asker(server.url).executor, store()).run(plan, listener);
    assert.ok(crashed.status === 'failed' && /its process on the worker on .* crashed, 3 times in all/.test(crashed.reason));
    assert.ok(thrown.status === 'failed' && thrown.reason === 'the loss exploded');
    assert.equal(once.status, 'finished');
    assert.deepEqual(
      plan.map(({ id }) => begun().filter((event) => event.id === id).length),
      [3, 1, 2],
    );
    assert.equal(heard.filter((text) => text.startsWith(`retried ${plan[0].id}`)).length, 2);
    const failed = store().get(plan[0].id);
    assert.ok(failed && 'failed' in failed && /3 times in all/.test(failed.failed));
    const [again] = await withStore(asker(server.url).executor, store()).run([plan[1]]);
    assert.equal(again.status, 'failed');
    assert.equal(begun().filter(({ id }) => id === plan[1].id).length, 2, 'a failed run is tried again by the next call');
  });

  test('of three workers one is killed in the middle of a run: another one does it', async () => {
    const workers = await Promise.all([1, 2, 3].map(() => startWorker(server.url)));
    const plan = [acted('slow once 60', log), ...Array.from({ length: 5 }, () => acted('slow 0.1', log))];
    const { heard, listener } = ears();
    const running = withStore(asker(server.url).executor, store()).run(plan, listener);
    await until(() => begun().some(({ id }) => id === plan[0].id));
    const victim = workers.find(({ said }) => said().includes('slow once'))!;
    victim.child.kill('SIGKILL');
    assert.deepEqual(statuses(await running), Array(6).fill('finished'));
    assert.equal(begun().filter(({ id }) => id === plan[0].id).length, 2);
    assert.equal(ended().length, 6);
    assert.ok(heard.includes(`retried ${plan[0].id} its worker does not answer any more`));
    await assertAllThere(plan);
  });

  test('a worker that was cut off and is back drops its run, which another one has done, and goes on', async () => {
    const first = await startWorker(server.url);
    const plan = [acted('slow once 60', log)];
    const { executor } = asker(server.url);
    const running = withStore(executor, store()).run(plan);
    await until(() => begun().length === 1);
    first.child.kill('SIGSTOP');
    await startWorker(server.url);
    await until(() => begun().length === 2);
    first.child.kill('SIGCONT');
    await until(() => /^lost {6}slow once/m.test(first.said()));
    assert.deepEqual(statuses(await running), ['finished']);
    assert.equal(ended().length, 1, 'the run of the worker that was cut off was ended');
    await assertAllThere(plan);
    await endWorkers();
    const next = await startWorker(server.url);
    assert.deepEqual(statuses(await withStore(asker(server.url).executor, store()).run([acted('quick', log)])), ['finished']);
    assert.doesNotMatch(next.said(), /slow once/);
  });

  test('Redis is killed and restarted from its append-only file: workers and asker go on, and nothing is lost', async () => {
    await Promise.all([startWorker(server.url), startWorker(server.url)]);
    const plan = Array.from({ length: 8 }, () => acted('slow 0.4', log));
    const { executor, notes } = asker(server.url);
    const running = withStore(executor, store()).run(plan);
    await until(() => ended().length >= 2);
    await server.kill();
    await until(() => notes.length > 0);
    await server.restart();
    assert.deepEqual(statuses(await running), Array(8).fill('finished'));
    assert.match(notes.join('\n'), /queue redis:.*: .*: trying again until it is there\nredis:.* is there again/);
    await assertAllThere(plan);
  });

  test('a queue that lost everything gets the runs again', async () => {
    const plan = [acted('quick', log), acted('quick', log)];
    const { executor, notes } = asker(server.url);
    const running = withStore(executor, store()).run(plan);
    await until(() => notes.some((text) => /no worker takes the 2 runs/.test(text)));
    const client = server.client();
    await client.flushall();
    client.disconnect();
    await until(() => notes.some((text) => /2 runs were no longer on redis:.*: put there again/.test(text)));
    await startWorker(server.url);
    assert.deepEqual(statuses(await running), ['finished', 'finished']);
    await assertAllThere(plan);
  });

  test('without a worker it says so and waits; when one comes it goes on', async () => {
    const plan = [acted('slow 1', log)];
    const { executor, notes } = asker(server.url);
    const running = executor.run(plan);
    await until(() => notes.length === 1);
    assert.match(notes[0], /^no worker takes the 1 run on redis:\/\/127\.0\.0\.1:\d+: start some with npm run worker; waiting$/);
    await startWorker(server.url);
    assert.deepEqual(statuses(await running), ['finished']);
    assert.match(notes[1], /^1 worker on redis:/);
    assert.equal(notes.length, 2);
  });

  test('stopped it says what stays on the queue; a later call fetches what was done meanwhile, and nothing is run twice', async () => {
    await startWorker(server.url);
    const plan = Array.from({ length: 4 }, () => acted('slow 0.3', log));
    const first = asker(server.url);
    const storing = withStore(first.executor, store());
    const outcomes = await storing.run(plan, { finished: () => void storing.stop() });
    assert.deepEqual(statuses(outcomes).sort(), ['finished', 'stopped', 'stopped', 'stopped']);
    assert.match(first.notes[0], /^3 runs stay on redis:.*, [01] of them executed at the moment: workers go on with them/);
    assert.equal(store().ids().length, 1);
    await until(() => ended().length === 4);
    assert.deepEqual(statuses(await withStore(asker(server.url).executor, store()).run(plan)), Array(4).fill('finished'));
    assert.equal(ended().length, 4);
    await assertAllThere(plan);
  });

  test('what was done for a call that was stopped is made anew where everything is to be', async () => {
    await startWorker(server.url);
    const plan = [acted('slow 0.3', log)];
    const first = asker(server.url).executor;
    await first.run(plan, { started: () => void first.stop() });
    await until(async () => (await server.content()).text.includes('returnvalue'));
    assert.deepEqual(statuses(await asker(server.url, { force: true }).executor.run(plan)), ['finished']);
    assert.equal(ended().length, 2);
  });

  test('what failed while nobody waited for it is tried again', async () => {
    const plan = [acted('throws', log)];
    const first = asker(server.url);
    const waiting = first.executor.run(plan);
    await until(() => first.notes.length === 1); // no worker
    await first.executor.stop();
    await waiting;
    await startWorker(server.url);
    await until(async () => (await server.content()).text.includes('the loss exploded'));
    assert.deepEqual(statuses(await asker(server.url).executor.run(plan)), ['failed']);
    assert.equal(begun().length, 2);
  });

  test('two that ask for the same runs at once both get all results, of one execution', async () => {
    await startWorker(server.url);
    const plan = Array.from({ length: 4 }, () => acted('slow 0.2', log));
    const both = await Promise.all([1, 2].map(() => asker(server.url).executor.run(plan)));
    assert.deepEqual(both.map(statuses), [Array(4).fill('finished'), Array(4).fill('finished')]);
    assert.equal(ended().length, 4);
  });

  test('what is no result of the run is refused, and so is a run that every worker would refuse', async () => {
    const plan = [acted('quick', log), acted('quick', log)];
    const huge = { ...acted('quick'), samples: -1 };
    const { executor } = asker(server.url);
    const { heard, listener } = ears();
    const running = executor.run([...plan, huge], listener);
    const link = await QueueLink.open(server.address, QUICK, emptyEars, () => undefined);
    await link.add(plan.map(jobOf)); // as they are: they are there already
    const client = server.client();
    const answer = async (id: string, value: unknown) => {
      await client.zadd('continual-learning:runs:completed', Date.now(), `run-${id}`);
      await client.lrem('continual-learning:runs:wait', 0, `run-${id}`);
      await client.hset(`continual-learning:runs:run-${id}`, 'returnvalue', JSON.stringify(value), 'finishedOn', '1');
    };
    await until(async () => (await client.llen('continual-learning:runs:wait')) === 2);
    await answer(plan[0].id, { id: plan[0].id, matrix: 'none' });
    await answer(plan[1].id, { ...jobOf(plan[1]).run, ['__proto__']: 1, spec: undefined });
    const outcomes = await running;
    client.disconnect();
    await link.close();
    const reasons = outcomes.map((outcome) => (outcome.status === 'failed' ? outcome.reason : outcome.status));
    assert.match(reasons[0], /result from the queue: method is undefined, not text/);
    assert.match(reasons[1], /result from the queue: /);
    assert.match(reasons[2], /job: run\.samples: Invalid value/);
    assert.equal(heard.filter((text) => text.startsWith('failed')).length, 3);
  });

  test('a server that is not there, wants a password or is none is told at once, in words', async () => {
    const nothing = `redis://:geheim@127.0.0.1:${await freePort()}`;
    await assert.rejects(asker(nothing).executor.run([acted('quick')]), (error: Error) => {
      assert.match(error.message, /^queue redis:\/\/127\.0\.0\.1:\d+: nothing answers there; start Redis there/);
      assert.doesNotMatch(`${error.message} ${error.stack}`, /geheim/);
      return true;
    });
    const tls = server.url.replace('redis:', 'rediss:');
    await assert.rejects(
      asker(tls).executor.run([acted('quick')]),
      /queue rediss:.*: it does not answer; write redis:.* where the server has no TLS/,
    );
    const secret = await RedisServer.start('geh:eim/@1');
    try {
      const open = `redis://127.0.0.1:${secret.port}`;
      await assert.rejects(
        asker(open).executor.run([acted('quick')]),
        /it wants a password; write user and password into the URL/,
      );
      const wrong = `redis://:falsch@127.0.0.1:${secret.port}`;
      await assert.rejects(asker(wrong).executor.run([acted('quick')]), (error: Error) => {
        assert.match(error.message, /user or password is wrong/);
        assert.doesNotMatch(`${error.message} ${error.stack}`, /falsch/);
        return true;
      });
      await startWorker(secret.url);
      assert.deepEqual(statuses(await asker(secret.url).executor.run([acted('quick', log)])), ['finished']);
    } finally {
      await endWorkers();
      await secret.end();
    }
  });
});

const emptyEars = {
  active: () => undefined,
  progress: () => undefined,
  stalled: () => undefined,
  completed: () => undefined,
  failed: () => undefined,
  back: () => undefined,
};
