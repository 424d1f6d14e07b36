import assert from 'node:assert/strict';
import { test } from 'node:test';
import { measureStore } from './scale';

test('a store has one file a run, of a few kB, and nothing else', async () => {
  const { files, bytes } = await measureStore(50);
  assert.equal(files, 50);
  assert.ok(bytes < 15_000, `${bytes} bytes a run`);
});
