import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';

const cli = join(__dirname, '..', '..', 'src', 'benchmark', 'cli.js');
const folder = mkdtempSync(join(tmpdir(), 'cli-'));
after(() => rmSync(folder, { recursive: true }));

interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the command; `watch` sees the error output so far each time it grows. */
function benchmark(args: string[], watch?: (stderr: string, interrupt: () => void) => void): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [cli, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    const out: Outcome = { code: null, stdout: '', stderr: '' };
    child.stdout.on('data', (data: Buffer) => (out.stdout += data.toString()));
    child.stderr.on('data', (data: Buffer) => {
      out.stderr += data.toString();
      watch?.(out.stderr, () => child.kill('SIGINT'));
    });
    child.on('close', (code) => resolve({ ...out, code }));
  });
}

test('--help lists every option', async () => {
  const { code, stdout } = await benchmark(['--help']);
  assert.equal(code, 0);
  for (const option of [
    '--scenario',
    '--dataset',
    '--method',
    '--seeds',
    '--epochs',
    '--limit',
    '--data',
    '--workers',
    '--json',
    '--quick',
  ]) {
    assert.ok(stdout.includes(option), option);
  }
});

test('wrong arguments are refused with what is allowed', async () => {
  const cases: [string[], RegExp][] = [
    [['--method', 'sgd'], /Allowed choices are naive, ewc, er, gem, pnn/],
    [['--seeds', 'many'], /whole numbers separated by commas/],
    [['--epochs', '0'], /at least 1/],
    [['--fast'], /unknown option '--fast'/],
    [['--json', join(folder, 'missing', 'results.json')], /name a file in an existing folder/],
  ];
  for (const [args, message] of cases) {
    const { code, stderr } = await benchmark(args);
    assert.notEqual(code, 0, args.join(' '));
    assert.match(stderr, message);
  }
});

test('a run prints its table, plain progress lines without a terminal, and writes the results', async () => {
  const file = join(folder, 'results.json');
  const { code, stdout, stderr } = await benchmark([
    '--scenario',
    'class-incremental',
    '--method',
    'naive',
    'er',
    '--quick',
    '--json',
    file,
  ]);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /Method +ACC +BWT +FM +Runtime[^]*Naive[^]*ER/);
  assert.match(stderr, /started +class-incremental Naive, seed 42[^]*finished[^]*2 of 2 done/);
  const { experiments } = JSON.parse(readFileSync(file, 'utf8')) as {
    experiments: { method: string; metrics: { acc: number } }[];
  };
  assert.deepEqual(
    experiments.map(({ method }) => method),
    ['naive', 'er'],
  );
  assert.ok(experiments[1].metrics.acc > experiments[0].metrics.acc);
});

test('Ctrl-C ends it with exit code 130, a word about what is finished, and no error of a worker', async () => {
  const file = join(folder, 'interrupted.json');
  const args = ['--scenario', 'domain-incremental', '--method', 'naive', '--json', file];
  let pressed = false;
  const { code, stderr } = await benchmark(args, (text, interrupt) => {
    if (pressed || !text.includes('started')) return;
    pressed = true;
    interrupt();
  });
  assert.equal(code, 130);
  assert.match(stderr, /Interrupted: 0 of 1 experiments are finished/);
  assert.doesNotMatch(stderr, /failed|crashed/);
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

/** Starts a benchmark that would take long, as the leader of a process group, and waits until it trains. */
async function training(...args: string[]): Promise<{ child: ChildProcess; workers: number[]; output: () => string }> {
  const file = join(folder, `group-${Date.now()}.json`);
  const child = spawn(process.execPath, [cli, '--quick', '--scenario', 'task-incremental', ...args, '--json', file], {
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
