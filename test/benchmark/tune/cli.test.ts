import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readPresets } from '../../../src/benchmark';
import { openStore } from '../../../src/experiments';

const program = (...path: string[]) => join(__dirname, '..', '..', '..', 'src', 'benchmark', ...path);
const folder = mkdtempSync(join(tmpdir(), 'tune-'));
after(() => rmSync(folder, { recursive: true }));

interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a command; `watch` sees its error output so far. */
function run(cli: string, args: string[], watch?: (stderr: string, kill: (name: NodeJS.Signals) => void) => void, env = {}) {
  return new Promise<Outcome>((resolve) => {
    const child = spawn(process.execPath, [cli, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_TEST_CONTEXT: undefined, ...env },
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

const SMALL = '--scenario class-incremental --tasks 2 --limit 200 --epochs 1 --seeds 7,8 --workers 1'.split(' ');
const places = (name: string) => ['--store', join(folder, name), '--presets', join(folder, `${name}.json`)];
const tune = (args: string[], ...more: [Parameters<typeof run>[2]?, object?]) => run(program('tune', 'cli.js'), args, ...more);

test('a search prints its points and writes the chosen options, which the benchmark takes and refuses to judge on its seeds', async () => {
  const file = join(folder, 'whole.json');
  const first = await tune(['naive', 'ncm', ...SMALL, ...places('whole')]);
  assert.equal(first.code, 0, first.stderr);
  assert.match(first.stderr, /^note: NCM: nothing to tune$/m);
  assert.match(first.stdout, /^Naive, class-incremental\n.*the first 2 of 5 tasks, 1 epoch, 200 training.*seeds 7, 8$/m);
  assert.match(first.stdout, /^ *lr +ACC \(validation\)\n─+\n( *0\.\d+ +0\.\d{4} ± \d.*\n){4}/m);
  assert.match(first.stdout, /^Presets: 1 in .*whole\.json$/m);
  const [preset] = readPresets(file);
  const stored = [...openStore(join(folder, 'whole')).runs()];
  assert.equal(stored.length, 8);
  assert.ok(preset.runs.every((id) => stored.some((one) => one.id === id)));
  assert.equal(preset.command, ['tune naive ncm', ...SMALL.slice(0, -2)].join(' ')); // without --workers and places
  const chosen = stored.filter(({ spec }) => spec.optimizer.lr === preset.options.lr);
  const accs = chosen.map((one) => ('metrics' in one ? one.metrics.acc! : NaN));
  assert.ok(Math.abs(preset.score.mean - (accs[0] + accs[1]) / 2) < 1e-12);

  const again = await tune(['naive', ...SMALL, ...places('whole')]);
  assert.match(again.stderr, /^in store {2}8 of 8 runs/m);
  assert.deepEqual(readPresets(file)[0].options, preset.options);

  const judged = ['--study', 'class-incremental', '--method', 'naive', '--quick', '--presets', file];
  const own = ['--store', join(folder, 'judged'), '--json', join(folder, 'judged.json')];
  const refused = await run(program('cli.js'), [...judged, ...own, '--seeds', '7']);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /^error: presets: naive in class-incremental was tuned on seed 7/);
  const results = await run(program('cli.js'), [...judged, ...own, '--seeds', '1']);
  assert.equal(results.code, 0, results.stderr);
  const label = `Naive (tuned: lr ${String(preset.options.lr)})`;
  assert.ok(results.stdout.includes(label), results.stdout);
  assert.match(readFileSync(join(folder, 'judged.json'), 'utf8'), /"label":"Naive \(tuned: lr 0\.\d+\)"/);
});

test('a search that is interrupted chooses nothing and goes on with the next call', async () => {
  let sent = false;
  const first = await tune(['naive', ...SMALL, ...places('cut')], (stderr, kill) => {
    if (sent || !stderr.includes('finished')) return;
    sent = true;
    kill('SIGINT');
  });
  assert.equal(first.code, 130);
  assert.match(first.stderr, /Interrupted: [1-7] of 8 runs are finished; the next call goes on/);
  assert.match(first.stdout, /No options chosen: [1-7] of 8 runs are not finished/);
  assert.match(first.stdout, /^Presets: none$/m);
  assert.ok(!existsSync(join(folder, 'cut.json')));
  const second = await tune(['naive', ...SMALL, ...places('cut')]);
  assert.equal(second.code, 0);
  assert.match(second.stderr, /^in store {2}[1-7] of 8 runs/m);
});

test('runs that fail are loud, and nothing is chosen', async () => {
  const { code, stdout, stderr } = await tune(['naive', ...SMALL, ...places('broken')], undefined, { CL_BACKEND: 'nonsense' });
  assert.equal(code, 1);
  assert.match(stdout, /No options chosen: Naive lr 0\.003 \(split-mnist, class-incremental\), seed 7 failed: .*nonsense/);
  assert.match(stderr, /^Failed: tuning Naive lr 0\.003 \(split-mnist, class-incremental\), seed 7: .*nonsense/m);
  assert.ok(!existsSync(join(folder, 'broken.json')));
});

test('where training diverges at every point nothing is chosen, and the exit status says so', async () => {
  const args =
    '--lr 1e30 --scenario task-incremental --tasks 2 --limit 60 --epochs 1 --seeds 7 --workers 1 --data synthetic'.split(' ');
  const { code, stdout } = await tune(['l2-init', ...args, ...places('diverged')]);
  assert.match(stdout, /No options chosen: training diverged at every point/);
  assert.match(stdout, /^Presets: none$/m);
  assert.equal(code, 1);
  assert.match((await tune(['--help'])).stdout, /Exit status: 0 options were chosen in every search, 1 /);
});

test('what cannot work is refused before anything is run', async () => {
  writeFileSync(join(folder, 'other.json'), '{"mine": true}');
  const cases: [string[], RegExp, number][] = [
    [['sgd'], /Allowed choices are naive/, 1],
    [[], /missing required argument 'method'/, 1],
    [['pnn', '--scenario', 'class-incremental'], /pnn in the class-incremental scenario: it needs the task id/, 1],
    [['naive', '--tasks', '6'], /firstTasks must be a whole number between 1 and 5, got 6/, 1],
    [['naive', '--presets', join(folder, 'other.json')], /other\.json: it is no file of presets/, 1],
    [['naive', '--presets', join(folder, 'missing', 'p.json')], /its folder does not exist/, 1],
    [['naive', '--store', program('cli.js')], /it is a file; name a folder for the store/, 1],
    [['ncm'], /note: NCM: nothing to tune/, 1],
    [['naive', '--lr', '1e99'], /nothing to tune beside lr/, 1],
  ];
  for (const [args, message, status] of cases) {
    const own = args.includes('--presets') ? [] : ['--presets', join(folder, 'unused.json')];
    const { code, stderr } = await tune([...args, ...own]);
    assert.equal(code, status, args.join(' '));
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /started/);
  }
  assert.ok(!existsSync(join(folder, 'unused.json')));
  assert.equal(readFileSync(join(folder, 'other.json'), 'utf8'), '{"mine": true}');
});
