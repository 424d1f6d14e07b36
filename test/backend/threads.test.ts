import assert from 'node:assert/strict';
import os from 'node:os';
import { test, type TestContext } from 'node:test';
import { threadsForEach } from '../../src/backend';

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
  [2, '0', 1, 2],
] as const) {
  test(`${cores} cores, ${processes} processes, TF_NUM_INTEROP_THREADS=${variable}: ${threads} threads each`, (t) => {
    given(t, cores, variable);
    assert.equal(threadsForEach(processes), threads);
  });
}
