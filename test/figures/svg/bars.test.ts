import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bars } from '../../../src/figures/svg/bars';
import type { Loose } from '../../../src/figures/svg/scale';
import { elementsOf, only } from './elements';
import { place } from './place';

const boxes = (traces: Loose[], mode?: string) =>
  traces.map((trace) =>
    only(elementsOf(bars(trace, place(traces, mode))), 'rect').map(({ x, y, width, height }) =>
      [x, y, width, height].map(Number),
    ),
  );
const bar = (more: object): Loose => ({ type: 'bar', x: [1, 2], y: [4, 5], marker: { color: 'red' }, ...more });

test('bars of several traces share a position side by side', () => {
  const [[left], [right]] = boxes([bar({}), bar({})]);
  assert.deepEqual(left, [5, 60, 5, 40]);
  assert.deepEqual(right, [10, 60, 5, 40]);
});

test('stacked bars stand on those before them', () => {
  const [[below], [above]] = boxes([bar({}), bar({ y: [2, 2] })], 'stack');
  assert.deepEqual(below, [5, 60, 10, 40]);
  assert.deepEqual(above, [5, 40, 10, 20]);
});

test('lying bars run along the horizontal axis, missing ones are left out', () => {
  const [drawn] = boxes([bar({ orientation: 'h', x: [3, null], y: [1, 2] })]);
  assert.deepEqual(drawn, [[0, 85, 30, 10]]);
});

test('each bar has its colour and pattern, and whiskers', () => {
  const svg = bars(
    bar({ marker: { color: ['red', 'blue'], pattern: { shape: ['', '/'] } }, error_y: { array: [1, 0] } }),
    place([bar({})]),
  );
  const [first, second] = only(elementsOf(svg), 'rect');
  assert.deepEqual([first.fill, first['fill-opacity'], second.fill, second['fill-opacity']], ['red', undefined, 'blue', '0.45']);
  assert.equal(only(elementsOf(svg), 'path').length, 1);
});
