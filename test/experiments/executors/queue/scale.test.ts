import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_REDIS } from './redis';
import { measureExecutors } from './scale';

test('on a queue a run takes a few kB while it waits, and nothing is left when it is done', { skip: NO_REDIS }, async () => {
  const { redisMb, left } = await measureExecutors(200);
  assert.equal(left, 0);
  assert.ok(redisMb < 12, `${redisMb} MB for 200 runs`);
});
