import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { Queue } from 'bullmq';
import { localProcesses } from '../../../../src/experiments';
import { QueueAddress } from '../../../../src/experiments/executors/queue/address';
import { QueueExecutor } from '../../../../src/experiments/executors/queue/asker';
import { ATTEMPTS, JOB, jobOf, PREFIX, QUEUE } from '../../../../src/experiments/executors/queue/job';
import { RUN_SCRIPT } from '../../../../src/experiments/executors/runProcess';
import { planned } from '../../fixtures';
import { NO_REDIS, QUICK, RedisServer, until } from './redis';
import { acted, endWorkers, eventsIn, startWorker } from './workers';

const asker = (url: string) => new QueueExecutor(new QueueAddress(url), { force: false, note: () => undefined }, QUICK);

describe('a worker', { skip: NO_REDIS }, () => {
  let server: RedisServer;
  const folder = mkdtempSync(join(tmpdir(), 'worker-'));
  before(async () => (server = await RedisServer.start()));
  afterEach(endWorkers);
  after(async () => {
    await server.end();
    rmSync(folder, { recursive: true });
  });

  test('gives the results that the processes of this machine give', async () => {
    const plan = ['naive', 'er'].map((name) => planned({ method: { name } }));
    await startWorker(server.url, { script: RUN_SCRIPT });
    const [there, here] = [await asker(server.url).run(plan), await localProcesses({ workers: 2 }).run(plan)];
    const numbers = (outcomes: typeof here) =>
      outcomes.map((outcome) => {
        assert.ok(outcome.status === 'finished', JSON.stringify(outcome));
        const { id, label, spec, matrix, metrics, fingerprint, losses } = outcome.result;
        return { id, label, spec, matrix, metrics, fingerprint, losses };
      });
    assert.deepEqual(numbers(there), numbers(here));
  });

  test('refuses hostile and unknown jobs, tells both sides why, and goes on', async () => {
    const worker = await startWorker(server.url, { script: RUN_SCRIPT });
    const queue = new Queue(QUEUE, { connection: server.address.connection(), prefix: PREFIX });
    const good = JSON.parse(JSON.stringify(jobOf(planned({ seed: 77 })))) as ReturnType<typeof jobOf>;
    const { spec } = good.run;
    const hidden = (size: number) => ({
      ...good,
      run: { ...good.run, spec: { ...spec, model: { ...spec.model, hidden: [size] } } },
    });
    const method = (name: string) => ({ ...good, run: { ...good.run, spec: { ...spec, method: { name, options: {} } } } });
    const stream = (name: string) => ({ ...good, run: { ...good.run, spec: { ...spec, stream: { ...spec.stream, name } } } });
    const cases: [data: unknown, reason: RegExp, name?: string, attempts?: number][] = [
      [method('rm -rf'), /there is none called 'rm -rf'|method/],
      [method('toString'), /toString/],
      [stream('__proto__'), /stream: there is none called '__proto__'/],
      [
        JSON.parse(JSON.stringify(good).replace('"options":{', '"options":{"__proto__":{"x":1},')),
        /'__proto__' is no name of a field/,
      ],
      [hidden(1e12), /run\.spec\.model\.hidden\.0/],
      [
        { ...good, specVersion: 2, library: '3.0.0' },
        /form has version 2, of continual-learning 3\.0\.0; continual-learning 0\.\d/,
      ],
      [{ ...good, script: '/bin/sh' }, /script: Invalid key/],
      [good, /it was not put there by this library/, 'other'],
      [good, /it was not put there by this library/, JOB, 1e9],
      ['x'.repeat(1e6), /a text has 1000000 characters/],
      // Options that only the method itself knows are refused by it, in the process.
      [
        { ...good, run: { ...good.run, spec: { ...spec, method: { name: 'naive', options: { power: 9 } } } } },
        /unknown option 'power'/,
      ],
      [{ ...good, run: { ...good.run, spec: { ...spec, epochs: 2 } } }, /spec or data are not those it was planned with/],
    ];
    try {
      for (const [data, reason, name = JOB, attempts = ATTEMPTS] of cases) {
        const job = await queue.add(name, data, { jobId: `run-${good.run.id}`, attempts });
        await until(async () => (await job.getState()) === 'failed');
        const { failedReason } = (await queue.getJob(job.id!))!;
        assert.match(failedReason, reason);
        const [line] = failedReason.replace(/^refused by the worker on .*?, continual-learning [\d.]+: /, '').split('\n');
        await until(() => worker.said().includes(line));
        await job.remove();
      }
    } finally {
      await queue.close();
    }
    const client = server.client();
    await client.hset(`${PREFIX}:${QUEUE}:run-poison`, 'data', '{"half', 'name', JOB, 'opts', '{}', 'timestamp', '1');
    await client.lpush(`${PREFIX}:${QUEUE}:wait`, 'run-poison');
    client.disconnect();
    await until(() => /^refused {3}a job that is no JSON/m.test(worker.said()));
    assert.equal(cases.length - 2, worker.said().match(/^refused {3}run-/gm)?.length);
    const [outcome] = await asker(server.url).run([planned({ seed: 78 })]);
    assert.equal(outcome.status, 'finished');
  });

  test('that is asked to end gives its run back at once, and another one takes it', async () => {
    const log = join(folder, 'given-back');
    const first = await startWorker(server.url);
    const plan = [acted('slow once 60', log)];
    const heard: string[] = [];
    const running = asker(server.url).run(plan, { retried: (_, reason) => void heard.push(reason) });
    await until(() => eventsIn(log).length === 1);
    const second = await startWorker(server.url);
    const asked = performance.now();
    first.child.kill('SIGINT');
    await until(() => eventsIn(log).length >= 2);
    assert.ok(performance.now() - asked < QUICK.lock, 'it was not given back but stalled');
    assert.match(first.said(), /^gave back slow once/m);
    await until(() => first.child.exitCode === 0);
    const [outcome] = await running;
    assert.equal(outcome.status, 'finished');
    assert.match(heard.join(), /^its worker on \S+ was stopped$/);
    assert.match(second.said(), /^finished {2}slow once/m);
  });

  test('executes as many runs at a time as it was told', async () => {
    const log = join(folder, 'side-by-side');
    await startWorker(server.url, { concurrency: 3 });
    await asker(server.url).run(Array.from({ length: 3 }, () => acted('slow 0.5', log)));
    assert.deepEqual(
      eventsIn(log).map(({ what }) => what),
      ['begin', 'begin', 'begin', 'end', 'end', 'end'],
    );
  });
});
