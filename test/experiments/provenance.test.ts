import assert from 'node:assert/strict';
import { test } from 'node:test';
import { provenance } from '../../src/experiments/provenance';
import { describeMachine, describeVersions } from '../../src/utils/environment';

test('it tells the moment, the versions and the machine, as plain data', () => {
  const made = provenance();
  assert.deepEqual(JSON.parse(JSON.stringify(made)), made);
  assert.ok(Math.abs(Date.parse(made.date) - Date.now()) < 5000);
  assert.deepEqual([made.versions, made.machine], [describeVersions(), describeMachine()]);
});
