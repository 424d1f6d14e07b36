import assert from 'node:assert/strict';
import { test } from 'node:test';
import { viaQueue } from '../../../src/experiments';

test('wrong options are refused before anything is asked, without the password', () => {
  assert.throws(() => viaQueue({ host: 'x' } as object), /unknown option 'host'/);
  assert.throws(() => viaQueue({ url: 7 as never }), /viaQueue: url must be text, got 7/);
  assert.throws(
    () => viaQueue({ url: 'amqp://me:geheim@host' }),
    /queue: '\*\*\*@host': it does not begin with redis:\/\/ or rediss/,
  );
  assert.throws(() => viaQueue({ url: 'redis://host', force: 1 as never }), /force must be true or false/);
  assert.throws(() => viaQueue({ url: 'redis://host', note: 'x' as never }), /note must be a function/);
});
