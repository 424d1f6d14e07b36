import assert from 'node:assert/strict';
import { CommanderError } from 'commander';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { initBackend } from '../../src/backend';
import { runBench, type BenchResult } from './bench';
import { Engine } from './engine';
import { RIVALS } from './engines';
import { parseOptions } from './options';
import { COMMITTED, prepareFolder, readResults, writeResults } from './results';
import { ProcessFamily } from './processFamily';
import { speedFigure } from './speedFigure';
import { spread } from './statistics';
import type { StepResult } from './steps';
import { compareWithTargets } from './targets';

test('the command line knows its options and refuses others with a reason', () => {
  const options = parseOptions(['--quick', '--only', 'steps', 'growth', '--python', 'python3', '--rounds', '2']);
  assert.deepEqual([options.quick, options.only, options.python, options.rounds], [true, ['steps', 'growth'], 'python3', 2]);
  assert.deepEqual(parseOptions([]).only, ['steps', 'growth', 'studies']);
  let written = '';
  const write = (text: string) => void (written += text);
  for (const wrong of [['--only', 'nothing'], ['--rounds', '0'], ['--fast']]) {
    assert.throws(() => parseOptions(wrong, write), CommanderError);
  }
  assert.throws(
    () => parseOptions(['--help'], write),
    (error: CommanderError) => error.exitCode === 0,
  );
  for (const option of ['--python', '--out', '--against', '--quick', '--only']) assert.match(written, new RegExp(option));
});

test('a run measures the step of this library and writes it in the documented form', { timeout: 60_000 }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const printed: string[] = [];
  const engine = (await initBackend()).includes('native') ? 'native' : 'wasm';
  const options = parseOptions(['--only', 'steps', '--engine', engine, '--method', 'naive', '--rounds', '2', '--out', folder]);
  await runBench(options, (text) => printed.push(text));
  const [{ machine, steps, studies, growth, targets, engines }] = readResults(join(folder, 'measured.json'));
  assert.ok(machine.cores >= 1 && machine.node === process.version);
  assert.deepEqual([steps[0].engine, steps[0].method, steps[0].threads], [engine, 'naive', 1]);
  const [{ msPerStep, low, high, cpuMsPerStep }] = steps;
  assert.ok(low <= msPerStep && msPerStep <= high, `${low} ${msPerStep} ${high}`);
  assert.ok(msPerStep > 0.01 && cpuMsPerStep > 0.01, 'a step of a quarter million weights takes time');
  assert.ok(engines[0].peakMb! > 20);
  assert.deepEqual([studies, growth], [[], []]);
  assert.ok(targets.length > 0 && targets.every(({ limit }) => limit > 0));
  assert.match(printed.join('\n'), new RegExp(`naive +${engine} +1 `));
});

test('an engine whose process ends is an error with its last words, not a wait', async () => {
  const script =
    "console.log(JSON.stringify({ ready: { version: '1', methods: [] } })); process.stdin.on('data', () => { console.error('out of luck'); process.exit(3); })";
  const spec = { name: 'doomed', threads: 2, command: [process.execPath, '-e', script, '--'], environment: {}, about: '' };
  const { engine } = await Engine.start(spec, tmpdir());
  await assert.rejects(engine.peakMb(), /doomed: its process ended with 3: out of luck/);
  await assert.rejects(engine.peakMb(), /ended with 3/);
  await assert.rejects(Engine.start({ ...spec, command: [join(tmpdir(), 'no-such-program')] }, tmpdir()), /doomed: .*ENOENT/);
});

test('an engine that does not exist here is an error that names those that do', async () => {
  const options = parseOptions(['--only', 'steps', '--engine', 'pytorch']);
  await assert.rejects(
    runBench(options, () => undefined),
    /no engine 'pytorch' here; engines: native, .*--python/,
  );
});

test('a --python that cannot be started, or has nothing to measure, is refused before anything is measured', async () => {
  const printed: string[] = [];
  const run = (python: string) => runBench(parseOptions(['--only', 'steps', '--python', python]), (text) => printed.push(text));
  await assert.rejects(
    run('/no/such/python'),
    /--python: '\/no\/such\/python' cannot be started \(ENOENT\); name a Python program/,
  );
  await assert.rejects(run(process.execPath), /has neither torch nor jax; install one of them/);
  assert.deepEqual(printed, []);
});

test('the studies end when the bench that runs them is killed', { skip: process.platform === 'win32' }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const python = `import os, sys, time; sys.path.insert(0, ${JSON.stringify(RIVALS)}); import lifeline; lifeline.end_with_parent(); open("python", "w").write(str(os.getpid())); time.sleep(60)`;
  const node = `require('node:fs').writeFileSync('node', String(process.pid)); process.once('disconnect', () => process.exit(1)); setTimeout(() => {}, 60000)`;
  const bench = `const { watched } = require(${JSON.stringify(join(__dirname, 'watched.js'))});
for (const command of [['python3', '-B', '-c', ${JSON.stringify(python)}], [process.execPath, '-e', ${JSON.stringify(node)}]]) void watched(command, {}).catch(() => {});`;
  const child = spawn(process.execPath, ['-e', bench], { cwd: folder, stdio: 'inherit' });
  const names = spawnSync('python3', ['--version']).status === 0 ? ['python', 'node'] : ['node'];
  const started = (name: string) => existsSync(join(folder, name)) && readFileSync(join(folder, name), 'utf8') !== '';
  while (!names.every(started)) await new Promise((resolve) => setTimeout(resolve, 50));
  const pids = names.map((name) => Number(readFileSync(join(folder, name), 'utf8')));
  child.kill('SIGKILL');
  for (let waited = 0; waited < 50 && pids.some(isAlive); waited++) await new Promise((resolve) => setTimeout(resolve, 100));
  assert.deepEqual(pids.filter(isAlive), []);
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test('median and quartiles of the rounds', () => {
  assert.deepEqual(spread([4, 1, 3, 2, 5]), { median: 3, low: 2, high: 4 });
  assert.deepEqual(spread([2, 1]), { median: 1.5, low: 1.25, high: 1.75 });
  assert.deepEqual(spread([7]), { median: 7, low: 7, high: 7 });
});

const step = (engine: string, method: string, msPerStep: number, toPytorch?: number, threads = 1): StepResult => ({
  engine,
  method,
  threads,
  msPerStep,
  low: msPerStep,
  high: msPerStep,
  cpuMsPerStep: msPerStep,
  toPytorch,
});
const steps = [
  { ...step('native', 'naive', 0.6, 0.6), toJax: 1.2 },
  step('pytorch', 'naive', 1, 1),
  step('pytorch', 'naive', 0.8, 1, 2),
  { ...step('native', 'naive', 0.4, 0.5, 2), toJax: 1.5 },
  step('native', 'gem', 9, 0.9),
];

test('targets compare like with like, and stay open where a part was not measured', () => {
  const studies = [
    { engine: 'native', workers: 2, seconds: 100, accuracy: {} },
    { engine: 'pytorch', workers: 1, seconds: 250, accuracy: {} },
  ];
  const measured = Object.fromEntries(compareWithTargets(steps, studies).map((target) => [target.what, target.measured]));
  assert.equal(measured['naive: native / PyTorch, one core each'], 0.6);
  assert.equal(measured["naive: native with all cores / PyTorch's best"], 0.5);
  assert.equal(measured['studies: native, all cores / one PyTorch process'], 0.4);
  assert.equal(measured['studies: native, all cores / one PyTorch process a core'], undefined);
  assert.equal(measured['naive: native / JAX, one core each'], 1.2);
  assert.equal(measured['naive: native / JAX, all cores'], 1.5);
  assert.equal(measured['gem: native / JAX, one core each'], undefined);
});

test("the figure's bars are as long as the ratios, and without PyTorch there is none", () => {
  const svg = speedFigure(steps, 'a <machine> & more')!;
  const widths = [...svg.matchAll(/<rect x="150" y="\d+" width="([\d.]+)"/g)].map((match) => Number(match[1]));
  assert.equal(widths.length, 3); // naive on two engines, GEM on one; the two-core rows are not drawn
  assert.ok(Math.abs(widths[0] / widths[1] - 0.6) < 0.01 && Math.abs(widths[2] / widths[1] - 0.9) < 0.01, widths.join(' '));
  assert.match(svg, /a &lt;machine> &amp; more/);
  assert.equal(speedFigure([step('native', 'naive', 1)], ''), undefined);
});

test(
  'memory and processor time of a process and its descendants',
  { skip: process.platform !== 'linux' && 'there is no /proc' },
  async (t) => {
    const busy =
      'const held = Buffer.alloc(2e8, 1); for (const end = Date.now() + 1200; Date.now() < end;); process.stdout.write(String(held.length)); setInterval(() => {}, 1e3)';
    const script = `const { spawn } = require('node:child_process'); spawn(process.execPath, ['-e', ${JSON.stringify(busy)}], { stdio: 'inherit' })`;
    const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'], detached: true });
    t.after(() => process.kill(-child.pid!));
    await once(child.stdout, 'data');
    const family = new ProcessFamily(child.pid!);
    assert.deepEqual(family.usage(), {});
    family.look();
    const { peakMb, totalMb, cpuSeconds } = family.usage();
    assert.ok(peakMb! > 190 && peakMb! < 500, `the grandchild holds 190 MB; seen ${peakMb}`);
    assert.ok(totalMb! > peakMb!, 'both processes count');
    assert.ok(cpuSeconds! > 0.2 && cpuSeconds! < 10, `busy for 1.2 s; seen ${cpuSeconds}`);
  },
);

test('a part of the bench never replaces what the README shows', () => {
  for (const part of [['--quick'], ['--method', 'naive'], ['--only', 'steps'], ['--rounds', '3'], []]) {
    assert.throws(
      () => prepareFolder(parseOptions([...part, '--out', COMMITTED])),
      /bench: the README shows what lies in .*, and this run is not the whole bench \(.+\); leave out --out/,
    );
  }
});

test('results of several machines stand side by side: each replaces its own only, the newest comes first and has the figure', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'measured.json');
  const result = (cpu: string, vectors: string, date: string): BenchResult => ({
    machine: { cpu, vectors, cores: 2, memoryGb: 8, system: 'Linux', node: 'v20', pinned: true, date },
    engines: [],
    steps,
    studies: [],
    growth: [],
    targets: [],
  });
  const given = [
    result('Xeon', 'avx2', 'Monday'),
    result('Xeon', 'avx2 avx512f', 'Tuesday'),
    result('EPYC', 'avx2', 'Tuesday'),
    result('Xeon', 'avx2', 'Wednesday'),
  ];
  for (const each of given) writeResults(folder, each, () => undefined);
  assert.deepEqual(readResults(file), [given[3], given[2], given[1]]);
  assert.match(readFileSync(join(folder, 'speed.svg'), 'utf8'), /one core of Xeon, Wednesday/);
  for (const other of ['{"steps": []}', '[{"cpu": "EPYC"}]', '[null]', 'no JSON']) {
    writeFileSync(file, other);
    assert.throws(() => writeResults(folder, given[0], () => undefined), /measured\.json: it is no list of results of the bench/);
    assert.equal(readFileSync(file, 'utf8'), other);
  }
});

test('without a folder results go to one that git ignores', () => {
  assert.match(parseOptions([]).out, /\.cache.bench$/);
});
