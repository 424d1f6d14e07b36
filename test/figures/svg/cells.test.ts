import assert from 'node:assert/strict';
import { test } from 'node:test';
import { greyPng } from '../../../src/figures/png';
import { heatmap, image } from '../../../src/figures/svg/cells';
import { elementsOf, only } from './elements';
import { place } from './place';

const scale = [
  [0, '#000000'],
  [1, '#ffffff'],
];

test('cells lie around their position with the colour of their value; missing ones are left out', () => {
  const svg = heatmap(
    {
      z: [
        [0, null],
        [1, 0.5],
      ],
      x: [1, 2],
      y: [3, 4],
      zmin: 0,
      zmax: 1,
      colorscale: scale,
      xgap: 2,
      ygap: 2,
    },
    place(),
  );
  const cells = only(elementsOf(svg), 'rect').map(({ x, y, width, height, fill }) => [x, y, width, height, fill]);
  assert.deepEqual(cells, [
    ['6', '66', '8', '8', '#000000'],
    ['6', '56', '8', '8', '#ffffff'],
    ['16', '56', '8', '8', '#808080'],
  ]);
});

test('text on a cell has the colour that it is given, else the one that can be read', () => {
  const trace = { z: [[0, 1]], zmin: 0, zmax: 1, colorscale: scale, text: [['a', '']], texttemplate: '%{text}' };
  const fill = (more: object) => only(elementsOf(heatmap({ ...trace, ...more }, place())), 'text').map((text) => text.fill);
  assert.deepEqual(fill({}), ['#ffffff']);
  assert.deepEqual(fill({ textfont: { color: '#123456' } }), ['#123456']);
});

test('an image covers one unit a pixel', () => {
  const source = greyPng(new Uint8Array(6), 3, 2);
  const [drawn] = only(elementsOf(image({ source }, place())), 'image');
  assert.deepEqual([drawn.x, drawn.width, drawn.height], ['-5', '30', '20']);
});
