import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planProtocol } from '../../src/evidence';
import type { Protocol } from '../../src/evidence';
import { PROTOCOL } from './fixtures';

test('every line with seeds 1 to n, under the names of protocol and line', () => {
  const named = (runs: ReturnType<typeof planProtocol>) => runs.map(({ study, label, spec }) => `${study} ${label} ${spec.seed}`);
  assert.equal(planProtocol(PROTOCOL).length, 4 * 3);
  const lines = ['Naive', 'Naive', 'EWC', 'ER'].flatMap((label) => [1, 2].map((seed) => `example ${label} ${seed}`));
  assert.deepEqual(named(planProtocol(PROTOCOL, 2)), lines);
  for (const wrong of [0, 1.5, '2' as never]) assert.throws(() => planProtocol(PROTOCOL, wrong), /planProtocol: seeds/);
});

test('only lines whose name has one of the parts; a part that no name has, or none at all, is refused', () => {
  const labels = (...rows: string[]) => planProtocol(PROTOCOL, 1, rows).map(({ label }) => label);
  assert.deepEqual(labels('ER'), ['ER']);
  assert.deepEqual(labels('EWC', 'ER'), ['EWC', 'ER']);
  assert.deepEqual(labels('Naive: BWT'), ['Naive'], 'the name that tables show');
  assert.equal(labels('Naive').length, 2);
  assert.throws(() => labels('ER', 'zzz'), /protocol example: no line has zzz in its name; lines: Naive, Naive: BWT, EWC, ER$/);
  assert.throws(() => labels(), /rows is empty/);
  assert.throws(() => labels(''), /is empty/);
  assert.throws(() => planProtocol(PROTOCOL, 1, [1] as never), /must be text, got 1/);
  assert.throws(() => planProtocol(PROTOCOL, 1, 'ER' as never), /rows must be an array, got 'ER'/);
});

test('what is no protocol is refused with the place that is wrong', () => {
  const changed = (row: object) => ({ ...PROTOCOL, rows: [{ ...PROTOCOL.rows[0], ...row }] }) as Protocol;
  assert.throws(() => planProtocol('example' as never), /the protocol is 'example'; pass one of PROTOCOLS/);
  assert.throws(() => planProtocol(undefined as never), /the protocol is undefined/);
  assert.throws(() => planProtocol({ ...PROTOCOL, rows: [] }), /rows is empty/);
  assert.throws(() => planProtocol({ ...PROTOCOL, rows: [1] as never }), /rows\[0\] is 1/);
  assert.throws(() => planProtocol(changed({ label: 3 })), /rows\[0\]\.label is 3, not text/);
  assert.throws(() => planProtocol(changed({ spec: {} })), /rows\[0\]\.spec must be a function/);
  assert.throws(() => planProtocol(changed({ metric: 'ACC' })), /rows\[0\]\.metric must be acc|rows\[0\]\.metric must be 'acc'/);
});
