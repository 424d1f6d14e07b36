import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { isFailed, openStore, readResults } from '../../src/experiments';
import type { ExperimentResult } from '../../src/experiments';
import { readRunFile, runFileText } from '../../src/experiments/store/runFile';

const cli = join(__dirname, '..', '..', 'src', 'benchmark', 'cli.js');
const folder = mkdtempSync(join(tmpdir(), 'cli-'));
after(() => rmSync(folder, { recursive: true }));

interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

interface Conditions {
  /** Sees the error output so far each time it grows. */
  watch?: (stderr: string, signal: (name: NodeJS.Signals) => void) => void;
  /** A command of the shell before the benchmark's. */
  before?: string;
}

/** A store that no other call uses. */
const newStore = () => mkdtempSync(join(folder, 'store-'));

/** Runs the command without a terminal, its outputs into pipes; with a store of its own unless one is named. */
function benchmark(args: string[], { watch, before = ':' }: Conditions = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    const store = args.some((arg) => /store$/.test(arg)) ? [] : ['--store', newStore()];
    const command = ['-c', `${before}; exec "$0" "$@"`, process.execPath, cli, ...args, ...store];
    const child = spawn('sh', command, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_TEST_CONTEXT: undefined },
    });
    const out: Outcome = { code: null, stdout: '', stderr: '' };
    child.stdout.on('data', (data: Buffer) => (out.stdout += data.toString()));
    child.stderr.on('data', (data: Buffer) => {
      out.stderr += data.toString();
      watch?.(out.stderr, (name) => child.kill(name));
    });
    child.on('close', (code) => resolve({ ...out, code }));
  });
}

test('--help lists every option', async () => {
  const { code, stdout } = await benchmark(['--help']);
  assert.equal(code, 0);
  for (const option of 'study stream method seeds epochs limit data workers json overwrite store no-store force shard quick'.split(
    ' ',
  )) {
    assert.ok(stdout.includes(`--${option}`), option);
  }
});

test('what cannot work is refused before anything is run', async () => {
  const cases: [string[], RegExp][] = [
    [['--method', 'sgd'], /Allowed choices are naive, ewc, er, gem, pnn/],
    [['--study', 'class-incremental', '--method', 'pnn'], /pnn in class-incremental: it needs the task id/],
    [['--json', join(folder, 'missing', 'results.json')], /its folder does not exist; name a file in an existing folder/],
    [['--json', '/dev/null'], /it is a device or a pipe/],
    [['--store', cli], /it is a file; name a folder for the store/],
    [['--store', dirname(cli)], /it holds other things \(.*\); name an empty folder, a new one or a store/],
    [['--shard', '3/2'], /It must be a part and the number of parts, from 1\/8 to 8\/8/],
  ];
  for (const [args, message] of cases) {
    const { code, stderr } = await benchmark(args);
    assert.notEqual(code, 0, args.join(' '));
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /started/);
  }
});

test('a run prints its table and plain progress lines, writes the results, and no smaller run replaces them', async () => {
  const file = join(folder, 'results.json');
  const args = ['--study', 'class-incremental', '--method', 'naive,er', '--quick', '--json', file];
  const { code, stdout, stderr } = await benchmark(args);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /Method +ACC +BWT +FM +Runtime[^]*Naive[^]*ER/);
  assert.match(stderr, /started +class-incremental Naive, seed 42[^]*finished[^]*2 of 2 done/);
  const { experiments, command, planned } = readResults(file);
  assert.deepEqual(
    experiments.map(({ method }) => method),
    ['naive', 'er'],
  );
  assert.equal(planned, 2);
  assert.ok(command!.startsWith(`benchmark ${args.join(' ')} --store `));
  assert.ok(experiments[1].metrics.acc! > experiments[0].metrics.acc!);
  const smaller = await benchmark(['--scenario', 'class-incremental', '--method', 'naive', '--quick', '--json', file]);
  assert.equal(smaller.code, 1);
  assert.match(smaller.stderr, /holds a larger benchmark \(2 runs of .*\) than this one; name another file, or add --overwrite/);
  assert.equal(readResults(file).experiments.length, 2);
});

test('a signal, sent once or twice, ends it with the tables and the file of what is finished, and no error of a worker', async () => {
  for (const [name, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    const file = join(folder, `${name}.json`);
    const args = [
      '--study',
      'class-incremental',
      '--method',
      'naive',
      'gem',
      '--quick',
      '--seeds',
      '1',
      '2',
      '--workers',
      '1',
      '--json',
      file,
    ];
    let sent = false;
    const outcome = await benchmark(args, {
      watch(text, signal) {
        if (sent || !text.includes('finished')) return;
        sent = true;
        signal(name);
        setTimeout(() => signal(name), 20); // once to the group, once passed on by what started it
      },
    });
    assert.equal(outcome.code, code);
    assert.match(outcome.stdout, /^GEM +0\.\d+/m);
    assert.match(outcome.stdout, new RegExp(`Results: .*${name}\\.json`));
    assert.match(outcome.stderr, /Interrupted: [12] of 4 experiments are finished/);
    assert.doesNotMatch(outcome.stderr, /failed|crashed/);
    assert.ok(readResults(file).experiments.length < readResults(file).planned);
  }
  assert.ok(!readdirSync(folder).some((name) => name.endsWith('.lock')));
});

test('a file that cannot be written ends nothing: the tables are printed, the error comes last', async () => {
  const file = join(folder, 'full.json');
  const args = ['--study', 'task-incremental', '--method', 'naive', 'er', '--quick', '--workers', '1', '--json', file];
  const { code, stdout, stderr } = await benchmark(args, { before: 'ulimit -f 0' }); // no file may grow: a full disk
  assert.equal(code, 1);
  assert.match(stdout, /^Naive +0\.\d+[^]*^ER +0\.\d+/m);
  assert.doesNotMatch(stdout, /Results:/);
  assert.match(stderr, /^Not stored: 2 runs are not in the store: .*cannot be written: /m);
  assert.match(stderr.trim().split('\n').pop()!, /^Not written: .*full\.json: cannot be written: /);
});

test('of two benchmarks with one file the second is refused', async () => {
  const file = join(folder, 'both.json');
  const args = (study: string) => ['--study', study, '--method', 'naive', '--quick', '--workers', '1', '--json', file];
  let second: Promise<Outcome> | undefined;
  const first = await benchmark(args('task-incremental'), {
    watch: (text) => void (second ??= text.includes('started') ? benchmark(args('class-incremental')) : undefined),
  });
  assert.equal(first.code, 0, first.stderr);
  const { code, stderr } = await second!;
  assert.equal(code, 1);
  assert.match(stderr, /process \d+ is writing it; wait for it, name another file/);
  assert.deepEqual(
    readResults(file).experiments.map(({ study }) => study),
    ['task-incremental'],
  );
});

/** Ids of the processes whose parent is `pid`; none where the system does not tell. */
function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Starts a benchmark that would take long, as the leader of a process group, and waits until a run is finished. */
async function training(...args: string[]): Promise<{ child: ChildProcess; workers: number[]; output: () => string }> {
  const file = join(folder, `group-${Date.now()}.json`);
  const own = ['--json', file, '--store', newStore()];
  const child = spawn(process.execPath, [cli, '--quick', '--study', 'task-incremental', ...args, ...own], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let text = '';
  child.stdout.on('data', (data) => (text += data));
  await new Promise<void>((resolve) =>
    child.stderr.on('data', (data) => {
      text += data;
      if (text.includes('finished ')) resolve();
    }),
  );
  return { child, workers: childrenOf(child.pid!), output: () => text };
}

const onLinux = { skip: process.platform !== 'linux' && 'looks for processes in /proc' };

test('Ctrl-C to the whole group, passed on twice more, prints the table of what is finished', onLinux, async () => {
  const { child, output } = await training('--method', 'naive', 'ewc', 'er', '--seeds', '1,2,3');
  for (let i = 0; i < 3; i++) process.kill(-child.pid!, 'SIGINT');
  const [code] = await once(child, 'close');
  assert.equal(code, 130, output());
  assert.match(output(), /Interrupted: \d of 12 experiments are finished/);
  assert.match(output(), /Method +ACC/);
  assert.doesNotMatch(output(), /failed|crashed/);
});

test('where the benchmark is killed, its workers end within seconds', onLinux, async () => {
  const { child, workers } = await training('--method', 'naive', '--seeds', '1,2,3,4,5,6,7,8');
  assert.ok(workers.length > 0);
  child.kill('SIGKILL');
  for (let waited = 0; waited < 50 && workers.some(isAlive); waited++) await new Promise((resolve) => setTimeout(resolve, 100));
  assert.deepEqual(workers.filter(isAlive), []);
});

const QUICK = ['--study', 'class-incremental', '--method', 'naive,er', '--quick', '--workers', '2'];

test('finished runs come from the store and are the same; --force repeats them; another version of the library is told', async () => {
  const store = ['--store', newStore()];
  const first = await benchmark([...QUICK, '--json', join(folder, 'first.json'), ...store]);
  assert.equal(first.code, 0, first.stderr);
  assert.match(first.stdout, /^Store: /m);
  const again = await benchmark([...QUICK, '--seeds', '42,43', '--json', join(folder, 'again.json'), ...store]);
  assert.match(again.stderr, /^in store {2}2 of 4 runs, finished before \(--force repeats them\)$/m);
  assert.equal(again.stderr.match(/^started/gm)?.length, 2);
  const known = readResults(join(folder, 'first.json')).experiments;
  const both = readResults(join(folder, 'again.json')).experiments;
  assert.deepEqual(
    both.filter(({ seed }) => seed === 42),
    known,
  );
  const path = join(store[1], `${known[0].id}.json`);
  const run = readRunFile(path, readFileSync(path, 'utf8'));
  const before = { ...run.made!, versions: { ...run.made!.versions, 'continual-learning': '0.0.9' }, commit: undefined };
  writeFileSync(path, runFileText({ ...run, made: before }));
  const older = await benchmark([...QUICK, '--json', join(folder, 'older.json'), ...store]);
  assert.match(older.stderr, /note: 1 of 2 runs were made by another version of the library \(0\.0\.9\); --force repeats them/);
  const forced = await benchmark([...QUICK, '--json', join(folder, 'forced.json'), ...store, '--force']);
  assert.equal(forced.stderr.match(/^started/gm)?.length, 2);
  assert.doesNotMatch(forced.stderr, /another version/);
});

test('a benchmark that is killed goes on where it stopped and ends with the same store as one left alone', onLinux, async () => {
  const args = [...QUICK, '--seeds', '1,2', '--workers', '1'];
  const [killed, alone] = [newStore(), newStore()];
  let sent = false;
  const first = await benchmark([...args, '--json', join(folder, 'killed.json'), '--store', killed], {
    watch(text, signal) {
      if (sent || !text.includes('finished')) return;
      sent = true;
      signal('SIGKILL');
    },
  });
  assert.equal(first.code, null);
  const second = await benchmark([...args, '--json', join(folder, 'killed.json'), '--store', killed]);
  assert.equal(second.code, 0, second.stderr);
  assert.match(second.stderr, /^in store {2}[12] of 4 runs/m);
  await benchmark([...args, '--json', join(folder, 'alone.json'), '--store', alone]);
  const numbers = (folderOf: string) =>
    [...openStore(folderOf).runs()].map((run) => ({ id: run.id, matrix: run.matrix, losses: (run as ExperimentResult).losses }));
  assert.deepEqual(numbers(killed), numbers(alone));
  assert.deepEqual(readdirSync(killed).sort(), readdirSync(alone).sort());
  assert.deepEqual(readdirSync(join(killed, 'sessions')), []);
});

test('a failed run is loud: in the table, at the end, in file and store and in the exit code; the next call tries it again', async () => {
  const store = newStore();
  const args = [...QUICK, '--json', join(folder, 'failing.json'), '--store', store];
  const failing = await benchmark(args, { before: 'export CL_BACKEND=nonsense' });
  assert.equal(failing.code, 1);
  assert.match(failing.stdout, /^Naive \(0 of 1 seed\) +– +– +– +–$[^]*^No result: Naive, seed 42 \(failed: .*nonsense/m);
  assert.match(failing.stderr, /^Failed: class-incremental Naive, seed 42: .*nonsense/m);
  assert.equal(readResults(join(folder, 'failing.json')).failed!.length, 2);
  assert.ok([...openStore(store).runs()].every(isFailed));
  const tried = await benchmark(args);
  assert.equal(tried.code, 0);
  assert.deepEqual([...openStore(store).runs()].filter(isFailed), []);
});

test('parts of a plan fill one store, each run once; none writes a results file that it was not told to', async () => {
  const store = newStore();
  const args = ['--study', 'class-incremental', '--method', 'naive', '--quick', '--seeds', '1,2', '--store', store];
  const outcomes = [];
  for (const part of ['1/3', '2/3', '3/3']) outcomes.push(await benchmark([...args, '--shard', part]));
  assert.ok(outcomes.every(({ code }) => code === 0));
  assert.deepEqual(
    outcomes.map(({ stderr }) => /note: part (.*) runs/.exec(stderr)![1]),
    ['1 of 3: 1 of 2', '2 of 3: 1 of 2', '3 of 3: 0 of 2'],
  );
  const started = outcomes.flatMap(({ stderr }) => stderr.match(/^started.*$/gm) ?? []);
  assert.deepEqual([started.length, new Set(started).size], [2, 2]);
  assert.ok(outcomes.every(({ stdout }) => !/Results:/.test(stdout) && /Store: /.test(stdout)));
  const whole = await benchmark([...args, '--json', join(folder, 'whole.json')]);
  assert.match(whole.stderr, /in store {2}2 of 2 runs/);
  assert.equal(readResults(join(folder, 'whole.json')).experiments.length, 2);
});

test('without a store nothing is kept', async () => {
  const { code, stdout } = await benchmark([...QUICK, '--json', join(folder, 'bare.json'), '--no-store']);
  assert.equal(code, 0);
  assert.doesNotMatch(stdout, /Store:/);
});
