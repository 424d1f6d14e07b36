import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { test, type TestContext } from 'node:test';
import { threadsForEach } from '../../src/backend';

const library = path.resolve(__dirname, '..', '..', 'src', 'index.js');

function given(t: TestContext, cores: number, variable?: string): void {
  t.mock.method(os, 'availableParallelism', () => cores);
  const before = process.env.TF_NUM_INTEROP_THREADS;
  if (variable === undefined) delete process.env.TF_NUM_INTEROP_THREADS;
  else process.env.TF_NUM_INTEROP_THREADS = variable;
  t.after(() => {
    if (before === undefined) delete process.env.TF_NUM_INTEROP_THREADS;
    else process.env.TF_NUM_INTEROP_THREADS = before;
  });
}

for (const [cores, variable, processes, threads] of [
  [2, undefined, 1, 2],
  [2, undefined, 2, 1],
  [2, undefined, 5, 1],
  [1, undefined, 1, 1],
  [16, undefined, 1, 2],
  [16, '8', 1, 8],
  [16, '8', 4, 4],
  [2, '1', 1, 1],
  [2, '64', 1, 2],
] as const) {
  test(`${cores} cores, ${processes} processes, TF_NUM_INTEROP_THREADS=${variable}: ${threads} threads each`, (t) => {
    given(t, cores, variable);
    assert.equal(threadsForEach(processes), threads);
  });
}

test('what is no number of threads is refused, also where the backend is chosen by itself', (t) => {
  for (const wrong of ['0', '-1', '2.5', 'abc', ' 2']) {
    given(t, 2, wrong);
    assert.throws(() => threadsForEach(1), /TF_NUM_INTEROP_THREADS: '.*' is no number of threads; use a whole number from 1 on/);
  }
  const program = `require(${JSON.stringify(library)}).initBackend()`;
  const { stderr, status } = spawnSync(process.execPath, ['-e', program], {
    env: { ...process.env, TF_NUM_INTEROP_THREADS: 'abc' },
    encoding: 'utf8',
  });
  assert.match(stderr, /TF_NUM_INTEROP_THREADS: 'abc' is no number of threads/);
  assert.equal(status, 1);
});
