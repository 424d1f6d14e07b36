import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawPanel } from '../../../src/figures/svg/panel';
import { elementsOf, only } from './elements';

const BOX = { left: 100, right: 300, top: 50, bottom: 150 };
const elements = (traces: object[], layout: object, key = 'x y') =>
  elementsOf(drawPanel(key, traces as never, layout as never, BOX)!);
const point = { type: 'scatter', mode: 'markers', x: [5], y: [5] };
const axes = { xaxis: { range: [0, 10] }, yaxis: { range: [0, 10] } };

test('a panel lies in its part of the plot, with its marks inside', () => {
  const [circle] = only(elements([point], axes), 'circle');
  assert.deepEqual([circle.cx, circle.cy], ['200', '100']);
  const half = { xaxis2: { range: [0, 10], domain: [0.5, 1] }, yaxis2: { range: [0, 10], domain: [0, 0.5] } };
  const [moved] = only(elements([point], half, 'x2 y2'), 'circle');
  assert.deepEqual([moved.cx, moved.cy], ['250', '125']);
});

test('grid, labels and titles are drawn, and left out where the axis says so', () => {
  const layout = {
    xaxis: { ...axes.xaxis, title: { text: 'steps' } },
    yaxis: { ...axes.yaxis, title: { text: 'loss' }, showgrid: false },
  };
  const all = elements([point], layout);
  const texts = only(all, 'text').map(({ text }) => text);
  assert.ok(texts.includes('steps') && texts.includes('loss') && texts.includes('10'));
  assert.equal(only(all, 'path').length, 6, 'upright lines only');
});

test('shapes: lines and rectangles of this panel, below or above the traces; others, and those that lie nowhere, are left out', () => {
  const shapes = [
    { type: 'rect', x0: 0, x1: 10, y0: 0, y1: 10, fillcolor: 'red', layer: 'below' },
    { type: 'line', x0: 5, x1: 5, y0: 0, y1: 1, yref: 'y domain', line: { dash: 'dash', color: 'blue' } },
    { type: 'path', path: 'M0 0' },
    { type: 'rect', x0: 'nowhere', x1: 1, y0: 0, y1: 1 },
    { type: 'rect', xref: 'x2', x0: 0, x1: 1, y0: 0, y1: 1 },
  ];
  const all = elements([point], { ...axes, shapes });
  const [rect, ...others] = only(all, 'rect');
  assert.deepEqual([rect.x, rect.y, rect.width, rect.height, others.length], ['100', '50', '200', '100', 0]);
  const line = all.find(({ stroke }) => stroke === 'blue')!;
  assert.equal(line.d, 'M200 150L200 50');
  assert.ok(all.indexOf(rect) < all.indexOf(only(all, 'circle')[0]) && all.indexOf(only(all, 'circle')[0]) < all.indexOf(line));
});

test('slanting labels are turned, and an axis on top has its labels there', () => {
  const ticks = { tickvals: [5], ticktext: ['name'] };
  const [slanting] = only(elements([point], { ...axes, xaxis: { ...axes.xaxis, ...ticks, tickangle: -40 } }), 'text');
  assert.match(slanting.transform, /rotate\(-40 200 168\)/);
  const [above] = only(elements([point], { ...axes, xaxis: { ...axes.xaxis, ...ticks, side: 'top' } }), 'text');
  assert.ok(Number(above.y) < 50);
});

test('an unknown trace makes no panel', () => {
  assert.equal(drawPanel('x y', [{ type: 'surface' }], axes, BOX), null);
});
