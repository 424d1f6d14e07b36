import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dashOf, paleness, whisker } from '../../../src/figures/svg/strokes';
import { place } from './place';

test('every line style but solid has dashes of its own', () => {
  const styles = ['dash', 'dot', 'dashdot', 'longdash'].map(dashOf);
  assert.equal(new Set(styles).size, 4);
  for (const none of ['solid', undefined, 'unknown']) assert.equal(dashOf(none), '');
});

test('hatched bars are pale, plain ones not', () => {
  assert.deepEqual(['/', '', undefined].map(paleness), [' fill-opacity="0.45"', '', '']);
});

test('a whisker has the length of the error in pixels; without an error there is none', () => {
  const { y } = place();
  assert.match(whisker({ error_y: { array: [2] } }, 'y', y, [50, 50], 0), /d="M50 30V70"/);
  for (const trace of [
    {},
    { error_y: {} },
    { error_y: { array: [0] } },
    { error_y: { array: [2], visible: false } },
    { error_y: { array: [null] } },
  ]) {
    assert.equal(whisker(trace, 'y', y, [50, 50], 0), '');
  }
});
