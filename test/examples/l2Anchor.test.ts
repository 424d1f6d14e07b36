import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { initBackend } from '../../src/backend';
import { findMethod, methodCompatibility, registerMethod, type MethodEntry } from '../../src/methods';
import { commonSuite } from '../methods/commonSuite';
import { L2Anchor } from './l2Anchor';

// A method of one's own: one file, and this entry.
const own: MethodEntry = {
  name: 'l2-anchor',
  label: 'L2 anchor',
  style: { color: '#7F3C8D', symbol: 'triangle-left' },
  create: (model, options) => new L2Anchor(model, { lambda: 0.3, ...options }),
  needs: L2Anchor.needs,
  relativeCost: 1,
  why: 'all weights are held back alike',
  useWhen: 'as a baseline of EWC',
  breaksWhen: 'weights differ in what they are needed for',
  ruleOfThumb: 'search lambda on a log scale on validation data',
};
registerMethod(own);

before(async () => {
  await initBackend('native');
});

test('the method takes fewer than 70 lines, and the tables know it from its entry', () => {
  const source = readFileSync(join(__dirname, '../../../test/examples/l2Anchor.ts'), 'utf8');
  assert.ok(source.split('\n').length < 70, `${source.split('\n').length} lines`);
  assert.equal(findMethod('l2-anchor'), own);
  assert.deepEqual(methodCompatibility('l2-anchor', 'domain-incremental'), { fit: 'yes', reason: own.why });
});

commonSuite(own, ['domain-incremental']); // outputs that stay: the anchors do not follow a head that grows
