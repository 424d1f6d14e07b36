import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openStore } from '../../../src/experiments';
import { failedRun } from '../../../src/experiments/failedRun';
import { mergeRuns } from '../../../src/experiments/store/merge';
import { planned, result } from '../../experiments/fixtures';

const folder = mkdtempSync(join(tmpdir(), 'results-cli-'));
after(() => rmSync(folder, { recursive: true }));
const store = ['--store', join(folder, 'runs')];
const cli = join(__dirname, '..', '..', '..', 'src', 'benchmark', 'results', 'cli.js');
const results = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
};

test('the exit status tells: 0 all is well, 1 runs failed, 2 it cannot be done; errors are one line', () => {
  mergeRuns(openStore(store[1]), [result({}, planned())]);
  assert.deepEqual([results('list', ...store).status, results('--help').status], [0, 0]);
  mergeRuns(openStore(store[1]), [failedRun(planned({ seed: 2 }), 'why')]);
  const failed = results('list', ...store);
  assert.equal(failed.status, 1);
  assert.match(failed.stdout, /failed: why/);
  assert.equal(failed.stderr, 'warning: 1 of 2 runs gave no result\n');
  for (const args of [['list', '--store', join(folder, 'no')], ['list', '--statuss'], ['nothing'], []]) {
    assert.equal(results(...args).status, 2, args.join(' '));
  }
  assert.match(
    results('list', '--store', join(folder, 'no')).stderr,
    /^error: .*it does not exist; npm run benchmark makes it.*\n$/,
  );
});

test('a reader that goes away does not make an error', () => {
  const { stderr } = spawnSync('sh', ['-c', '"$0" "$@" | true', process.execPath, cli, 'list', ...store], { encoding: 'utf8' });
  assert.doesNotMatch(stderr, /EPIPE|at /);
});
