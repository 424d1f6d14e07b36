import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planProtocol } from '../../src/evidence';
import { PROTOCOL } from './fixtures';

test('every line with seeds 1 to n, under the names of protocol and line', () => {
  const named = (runs: ReturnType<typeof planProtocol>) => runs.map(({ study, label, spec }) => `${study} ${label} ${spec.seed}`);
  assert.equal(planProtocol(PROTOCOL).length, 4 * 3);
  const lines = ['Naive', 'Naive', 'EWC', 'ER'].flatMap((label) => [1, 2].map((seed) => `example ${label} ${seed}`));
  assert.deepEqual(named(planProtocol(PROTOCOL, 2)), lines);
  for (const wrong of [0, 1.5, '2' as never]) assert.throws(() => planProtocol(PROTOCOL, wrong), /planProtocol: seeds/);
});
