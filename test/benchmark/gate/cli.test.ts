import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { GateReport } from '../../../src/benchmark/gate/run';
import { collectResults, writeResults } from '../../../src/experiments';
import { several } from './sides';

const folder = mkdtempSync(join(tmpdir(), 'gate-cli-'));
after(() => rmSync(folder, { recursive: true }));
const cli = join(__dirname, '..', '..', '..', 'src', 'benchmark', 'gate', 'cli.js');
const gate = (...args: string[]) => spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8' });
const place = (name: string, ...kept: number[]) => {
  writeResults(join(folder, name), collectResults(several('er', ...kept)));
  return join(folder, name);
};

test('the exit status tells: 0 passes, 1 does not, 2 cannot be judged or arguments are wrong; errors are one line', () => {
  const [good, bad] = [place('good.json', 0.94, 0.94), place('bad.json', 0.5, 0.51)];
  const passed = gate(good, bad);
  assert.deepEqual([passed.status, passed.stderr], [0, '']);
  assert.match(passed.stdout, /The challenger passes\.\n$/);
  assert.equal(gate(bad, good).status, 1);
  const missing = gate(good, join(folder, 'no.json'));
  assert.equal(missing.status, 2);
  assert.match(missing.stderr, /^cannot judge: .*no\.json: it does not exist; name a store or a results file\n$/);
  assert.equal(missing.stdout, '');
  for (const args of [
    [],
    [good],
    [good, bad, 'more'],
    [good, bad, '--max-fm', '5'],
    [good, bad, '--rule', 'x'],
    [good, bad, '--no'],
  ]) {
    const { status, stdout, stderr } = gate(...args);
    assert.deepEqual([status, stdout], [2, ''], args.join(' '));
    assert.match(stderr, /^error: .*\n\(--help shows all options\)/);
  }
  assert.equal(gate('--help').status, 0);
});

test('--json writes nothing else to the standard output, whatever the outcome', () => {
  const [good, bad] = [place('good.json', 0.94, 0.94), place('bad.json', 0.5, 0.51)];
  for (const [args, status] of [
    [[good, bad], 'passed'],
    [[bad, good], 'failed'],
    [[good, 'nothing'], 'cannot judge'],
  ] as const) {
    // prettier-ignore
    const { stdout, status: exitStatus } = gate(...args, '--json');
    const report = JSON.parse(stdout) as GateReport;
    assert.deepEqual([report.status, report.exitStatus], [status, exitStatus]);
  }
});

test('a reader that goes away changes neither verdict nor exit status', () => {
  const [good, bad] = [place('good.json', 0.94, 0.94), place('bad.json', 0.5, 0.51)];
  const script = '("$0" "$@"; echo "status $?" >&2) | true';
  const { stderr } = spawnSync('sh', ['-c', script, process.execPath, cli, bad, good], { encoding: 'utf8' });
  assert.match(stderr, /^status 1\n$/);
});
