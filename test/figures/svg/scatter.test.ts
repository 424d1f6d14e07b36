import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scatter } from '../../../src/figures/svg/scatter';
import { elementsOf, only } from './elements';
import { place } from './place';

const drawn = (trace: object) => elementsOf(scatter(trace, place()));

test('a line has a gap where a value is missing, and no mark there', () => {
  const elements = drawn({ mode: 'lines+markers', x: [0, 1, 2, 3, 4], y: [1, 2, null, 4, 5] });
  assert.equal(only(elements, 'path')[0].d, 'M0 90L10 80M30 60L40 50');
  assert.equal(only(elements, 'circle').length, 4);
});

test('bands are filled and have no outline', () => {
  const [band, ...rest] = only(
    drawn({ mode: 'lines', x: [0, 1, 1], y: [0, 0, 1], fill: 'toself', fillcolor: 'red', line: { width: 0 } }),
    'path',
  );
  assert.deepEqual([band.fill, band.stroke, rest.length], ['red', 'none', 0]);
});

test('whiskers reach as far as the error says, along both axes', () => {
  const paths = only(
    drawn({ mode: 'markers', x: [5], y: [5], error_x: { array: [2], visible: true }, error_y: { array: [1] } }),
    'path',
  );
  assert.deepEqual(
    paths.map(({ d }) => d),
    ['M30 50H70', 'M50 40V60'],
  );
  assert.equal(only(drawn({ mode: 'markers', x: [5], y: [5], error_y: { array: [1], visible: false } }), 'path').length, 0);
});

test('text stands on the side that it is given', () => {
  const text = (textposition: string) => only(drawn({ mode: 'text', x: [5], y: [5], text: ['a'], textposition }), 'text')[0];
  assert.equal(text('middle right')['text-anchor'], 'start');
  assert.equal(text('middle left')['text-anchor'], 'end');
  assert.ok(Number(text('top center').y) < Number(text('bottom center').y));
});

test('marks have their size, colour and shape', () => {
  const [first, second] = only(
    drawn({ mode: 'markers', x: [1, 2], y: [1, 2], marker: { size: [4, 8], color: ['red', 'blue'] } }),
    'circle',
  );
  assert.deepEqual([first.r, first.fill, second.r, second.fill], ['2', 'red', '4', 'blue']);
  assert.match(scatter({ mode: 'markers', x: [1], y: [1], marker: { symbol: 'diamond' } }, place()), /rotate\(45/);
});
