import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import {
  beginStep,
  finishStep,
  hashOf,
  isStamped,
  readStamp,
  wasCutOff,
  writeAtomically,
} from '../../kernel-setup/lib/stamps.mjs';
import { emptyProject } from './helpers.mjs';

test('a step that ended well is trusted for the same inputs only', (t) => {
  const context = emptyProject(t);
  assert.equal(isStamped(context, 'step', 'a'), false);
  beginStep(context, 'step');
  finishStep(context, 'step', 'a', { how: 'well' });
  assert.equal(isStamped(context, 'step', 'a'), true);
  assert.equal(isStamped(context, 'step', 'b'), false);
  assert.equal(readStamp(context, 'step').how, 'well');
});

test('a step that began again and was cut off is not trusted, whatever its stamp said before', (t) => {
  const context = emptyProject(t);
  beginStep(context, 'step');
  finishStep(context, 'step', 'a');
  beginStep(context, 'step');
  assert.equal(isStamped(context, 'step', 'a'), false);
  assert.equal(wasCutOff(context, 'step'), true);
});

test('a mark of an unfinished run outweighs a stamp that is still there', (t) => {
  const context = emptyProject(t);
  finishStep(context, 'step', 'a');
  writeFileSync(path.join(context.stamps, 'step.begun'), '');
  assert.equal(isStamped(context, 'step', 'a'), false);
});

test('a stamp that cannot be read counts as none', (t) => {
  const context = emptyProject(t);
  finishStep(context, 'step', 'a');
  writeFileSync(path.join(context.stamps, 'step.json'), '{"hash": "a');
  assert.equal(isStamped(context, 'step', 'a'), false);
});

test('a file is written in one step and leaves no temporary file', (t) => {
  const context = emptyProject(t);
  writeAtomically(path.join(context.root, 'folder', 'file'), 'text');
  assert.deepEqual(readdirSync(path.join(context.root, 'folder')), ['file']);
});

test('a missing input and an empty one next to a filled one give different hashes', () => {
  assert.notEqual(hashOf('', 'a'), hashOf('a', ''));
  assert.equal(hashOf('a', [1]), hashOf('a', [1]));
});
