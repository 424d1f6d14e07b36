import assert from 'node:assert/strict';
import { test } from 'node:test';
import { remedyFor } from '../../kernel-setup/lib/trouble.mjs';
import { takeStep } from '../../kernel-setup/lib/steps.mjs';
import { nodePackages } from '../../kernel-setup/steps/node-packages.mjs';
import { emptyProject, write } from './helpers.mjs';

test('what to do follows the cause, in the words of Node, npm, pip and the shell', (t) => {
  const context = emptyProject(t);
  const cases = [
    ['npm error code ENOSPC\nnpm error nospc ENOSPC: no space left on device, write', /free some space: .* are free/],
    ['ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device', /free some space/],
    ["EDQUOT: disk quota exceeded, open 'x'", /free some space/],
    ['EFBIG: file too large, write', /ulimit -f/],
    ["EROFS: read-only file system, mkdir '.cache'", /read-only: copy the project/],
    ["ERROR: [Errno 13] Permission denied: '.venv/bin'", /may not write/],
    ['npm error network request to https://registry failed, reason: ETIMEDOUT', /^is the registry within reach/],
  ];
  for (const [text, remedy] of cases) assert.match(remedyFor(context, text, 'is the registry within reach?'), remedy, text);
});

test('an installation that fails for want of space does not ask about the registry', async (t) => {
  const npm = 'echo "npm error nospc ENOSPC: no space left on device, write" >&2; exit 1';
  const context = emptyProject(t, { programs: { npm } });
  write(context, 'package-lock.json', { packages: { 'node_modules/a': { version: '1.0.0' } } });
  const { state, remedy } = await takeStep(context, nodePackages);
  assert.equal(state, 'failed');
  assert.match(remedy, /free some space/);
  assert.doesNotMatch(remedy, /registry/);
});
