import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hideQueue } from '../../kernel-setup/lib/queue.mjs';

test('the URL of a queue with a password goes into the environment, and the process is called by its command', () => {
  const { title } = process;
  try {
    const url = 'redis://:geheim@host';
    for (const args of [
      ['--quick', '--queue', url, '--seeds', '1'],
      ['--quick', `--queue=${url}`, '--seeds', '1'],
    ]) {
      const { request, env } = hideQueue('benchmark', args, { PATH: '/bin' });
      assert.deepEqual(request, ['--quick', '--queue', '--seeds', '1']);
      assert.deepEqual(env, { PATH: '/bin', CL_QUEUE_URL: url });
      assert.equal(process.title, 'npm run benchmark');
    }
  } finally {
    process.title = title;
  }
});

test('without one everything stays as it is', () => {
  const { title } = process;
  for (const args of [[], ['--queue'], ['--queue', 'redis://host'], ['--label', 'a@b']]) {
    assert.deepEqual(hideQueue('worker', args), { request: args });
  }
  assert.equal(process.title, title);
});
