import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawTrace } from '../../../src/figures/svg/traces';
import { place } from './place';

test('each type is drawn by its own, a trace without a type as points, an unknown type not at all', () => {
  assert.match(drawTrace({ x: [1], y: [1] }, place())!, /<circle/);
  assert.match(drawTrace({ type: 'bar', x: [1], y: [1] }, place([{ type: 'bar', x: [1], y: [1] }]))!, /<rect/);
  assert.match(drawTrace({ type: 'heatmap', z: [[1]] }, place())!, /<rect/);
  assert.equal(drawTrace({ type: 'surface' }, place()), null);
});
