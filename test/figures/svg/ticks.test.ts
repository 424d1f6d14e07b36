import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fittedTicks } from '../../../src/figures/svg/ticks';

const ticks = (labels: string[], apart: number) => labels.map((label, k) => ({ position: k * apart, label }));
const labelsOf = (labels: string[], apart: number, names: boolean) =>
  fittedTicks(ticks(labels, apart), names).map(({ label }) => label);

test('labels with enough room stay as they are', () => {
  assert.deepEqual(labelsOf(['digits 0, 1', 'digits 2, 3'], 120, true), ['digits 0, 1', 'digits 2, 3']);
  assert.deepEqual(labelsOf(['only one, however long it is'], 1, true), ['only one, however long it is']);
});

test('names are shortened to their room, line by line and escaped, numbers never', () => {
  const [first] = labelsOf(['a very long name indeed<br>and &lt;more&gt;', 'b'], 80, true);
  assert.match(first, /^a ve.*…/);
  assert.ok(first.split('<br>')[0].length <= 11);
  assert.ok(first.endsWith('<br>and &lt;more&gt;'));
  assert.deepEqual(labelsOf(['1000000', '2000000', '3000000', '4000000'], 30, false), ['1000000', '3000000']);
});

test('where names would say nothing any more, some are left out', () => {
  const many = labelsOf(
    Array.from({ length: 100 }, (_, k) => `task ${k + 1}`),
    6,
    true,
  );
  assert.ok(many.length < 20 && many.every((label) => label.length >= 6 && label.length <= 7));
});
