import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { openStore, readResults } from '../../../src/experiments';
import { NO_OPENSSL, NO_REDIS, RedisServer, until } from '../../experiments/executors/queue/redis';

const PASSWORD = 'geh:eim/7';
const CLI = join(__dirname, '..', '..', '..', 'src', 'benchmark');
const { NODE_TEST_CONTEXT: _, ...environment } = process.env;

/** A command that runs, with what it has printed so far. */
interface Running {
  child: ChildProcess;
  printed(): string;
  /** The exit code; null where a signal ended it. */
  ended: Promise<number | null>;
}

const running: ChildProcess[] = [];

function start(script: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Running {
  const child = spawn(process.execPath, [join(CLI, script), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...environment, ...env },
  });
  running.push(child);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (text += String(data)));
  return { child, printed: () => text, ended: once(child, 'close').then(([code]) => code as number | null) };
}

/** The arguments of all processes, as a list of processes shows them; none where the system has no /proc. */
function processes(): string {
  const read = (pid: string) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    } catch {
      return '';
    }
  };
  const pids = process.platform === 'linux' ? readdirSync('/proc').filter((name) => /^\d+$/.test(name)) : [];
  return pids
    .map(read)
    .filter((line) => !line.includes('redis-server'))
    .join('\n'); // the test's own server was started with it
}

describe('benchmark and workers on a queue', { skip: NO_REDIS }, () => {
  let server: RedisServer;
  let folder: string;
  before(async () => (server = await RedisServer.start(PASSWORD)));
  after(() => server.end());
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'queue-cli-'))));
  afterEach(async () => {
    for (const child of running.splice(0)) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    rmSync(folder, { recursive: true, force: true });
  });

  const plain = () => `redis://127.0.0.1:${server.port}`;
  const store = () => openStore(join(folder, 'store'));
  const benchmark = (methods: string, more: string[], env?: NodeJS.ProcessEnv) => {
    const runs = ['--study', 'class-incremental', '--method', methods, '--data', 'synthetic', '--limit', '100', '--epochs', '1'];
    const files = ['--json', join(folder, 'results.json'), '--store', join(folder, 'store')];
    return start('cli.js', [...runs, ...files, ...more], env);
  };
  const worker = async (args = ['--concurrency', '1'], env: NodeJS.ProcessEnv = { CL_QUEUE_URL: server.url }) => {
    const started = start(join('worker', 'cli.js'), args, env);
    await until(() => /takes runs from/.test(started.printed()));
    return started;
  };

  test('the benchmark on a queue prints, keeps and writes what it does without; the password is nowhere', async () => {
    const first = await worker(['--queue', server.url, '--concurrency', '1']);
    const second = await worker(['--queue', plain(), '--concurrency', '1'], { CL_QUEUE_PASSWORD: PASSWORD, DEBUG: '*' });
    const asked = benchmark('naive,er,ewc', ['--queue', server.url]);
    await until(() => /started/.test(asked.printed()));
    const listed = processes();
    assert.equal(await asked.ended, 0, asked.printed());
    assert.match(
      asked.printed(),
      /started +class-incremental[^]*finished[^]*4 of 4 done[^]*Method +ACC[^]*Naive[^]*EWC[^]*Store: /,
    );
    const results = readResults(join(folder, 'results.json'));
    assert.equal(results.experiments.length, 4);
    assert.match(results.command!, /--queue redis:\/\/\*\*\*@127\.0\.0\.1/);
    assert.equal(store().ids().length, 4);
    for (const { child, printed, ended } of [first, second]) {
      child.kill('SIGINT');
      assert.equal(await ended, 130);
      assert.match(printed(), /takes runs from redis:\/\/127\.0\.0\.1:\d+, one run at a time \(continual-learning [\d.]+\)/);
      assert.match(printed(), /\d runs? (was|were) done here/);
    }
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const written = files.map((file) => readFileSync(join(file.parentPath, file.name), 'utf8')).join();
    const { text } = await server.content();
    const secrets = [PASSWORD, encodeURIComponent(PASSWORD)];
    for (const place of [asked.printed(), first.printed(), second.printed(), listed, written, text]) {
      for (const secret of secrets) assert.ok(!place.includes(secret));
    }
    assert.ok(process.platform !== 'linux' || listed.includes('continual-learning benchmark'));
  });

  test('killed and started again, the benchmark goes on where it was: each run is executed once and has one result', async () => {
    const one = await worker();
    const args = ['--queue', '--seeds', '1,2,3'];
    const first = benchmark('naive,er', args, { CL_QUEUE_URL: server.url });
    await until(() => /finished/.test(first.printed()));
    first.child.kill('SIGKILL');
    await first.ended;
    const second = benchmark('naive,er', args, { CL_QUEUE_URL: server.url });
    assert.equal(await second.ended, 0, second.printed());
    assert.match(second.printed(), /in store +[1-6] of 6 runs/);
    assert.equal(store().ids().length, 6);
    assert.equal(readResults(join(folder, 'results.json')).experiments.length, 6);
    assert.equal(one.printed().match(/ {2}finished/g)?.length, 6);
    const { keys } = await server.content();
    // Killed between keeping a result and taking it off the queue, it leaves that one there, for a week.
    assert.ok(keys.filter((key) => /run-/.test(key)).length <= 1, keys.join());
  });

  test('Ctrl-C says what stays on the queue, and what is finished is kept; the same call fetches the rest', async () => {
    const one = await worker();
    const args = ['--queue', server.url, '--seeds', '4,5,6'];
    const first = benchmark('naive,er', args);
    await until(() => /finished/.test(first.printed()));
    first.child.kill('SIGINT');
    assert.equal(await first.ended, 130);
    assert.match(first.printed(), /note: [1-5] runs? stays? on redis:\/\/127\.0\.0\.1:\d+, [01] of them executed at the moment/);
    assert.match(first.printed(), /Interrupted: [1-5] of 6 experiments are finished/);
    await until(() => one.printed().match(/ {2}finished/g)?.length === 6);
    assert.equal(await benchmark('naive,er', args).ended, 0);
    assert.equal(store().ids().length, 6);
    assert.equal(one.printed().match(/ {2}finished/g)?.length, 6);
  });

  test('with TLS, a certificate is trusted that the environment names, and no other', { skip: NO_OPENSSL }, async () => {
    const secure = await RedisServer.start(PASSWORD, { tls: true });
    const authority = { NODE_EXTRA_CA_CERTS: secure.certificate };
    try {
      const unknown = start('worker/cli.js', ['--queue', secure.url]);
      assert.equal(await unknown.ended, 1);
      assert.match(unknown.printed(), /error: queue rediss:.*: its certificate is not trusted; .*NODE_EXTRA_CA_CERTS/);
      const one = await worker(['--concurrency', '1'], { CL_QUEUE_URL: secure.url, ...authority });
      const asked = benchmark('naive', ['--queue', secure.url], authority);
      assert.equal(await asked.ended, 0, asked.printed());
      assert.match(one.printed(), /takes runs from rediss:\/\/localhost[^]*finished/);
    } finally {
      await secure.end();
    }
  });

  test('what cannot work is told at once, in words, without the password', async () => {
    const cases: [() => Running, RegExp][] = [
      [
        () => benchmark('naive', ['--queue', `http://me:${encodeURIComponent(PASSWORD)}@host`]),
        /error: queue: .*it does not begin with redis:\/\//,
      ],
      [() => benchmark('naive', ['--queue']), /error: queue: no URL is given; name it, or set CL_QUEUE_URL/],
      [
        () => benchmark('naive', ['--queue', plain(), '--workers', '2']),
        /'--queue \[url\]' cannot be used with option '--workers <n>'/,
      ],
      [() => benchmark('naive', ['--queue', plain()]), /error: queue redis:.*: it wants a password; .*CL_QUEUE_PASSWORD/],
      [
        () => start('worker/cli.js', ['--queue', `redis://:x${encodeURIComponent(PASSWORD)}@127.0.0.1:${server.port}`]),
        /user or password is wrong/,
      ],
      [
        () => start('worker/cli.js', ['--queue', 'redis://127.0.0.1:1']),
        /error: queue redis:.*: nothing answers there; start Redis/,
      ],
      [() => start('worker/cli.js', []), /error: queue: no URL is given/],
      [
        () => start('worker/cli.js', ['--queue', server.url, '--module', 'missing.js']),
        /error: Cannot find module '.*missing\.js'/,
      ],
    ];
    for (const [begin, message] of cases) {
      const command = begin();
      assert.equal(await command.ended, 1);
      assert.match(command.printed(), message);
      assert.ok(![PASSWORD, encodeURIComponent(PASSWORD)].some((secret) => command.printed().includes(secret)));
    }
  });
});
