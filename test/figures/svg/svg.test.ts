import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainFigure } from '../../../src/figures/plainFigure';
import { figureImage, figureSvg } from '../../../src/figures/svg/svg';
import { exampleFigures } from '../examples';
import { drawn, elementsOf, only } from './elements';

const examples = Object.entries(exampleFigures()).map(([name, figure]) => [name, plainFigure(figure, 'test')] as const);

for (const [name, figure] of examples) {
  test(`${name}: the still picture holds numbers only, and lies within its edges`, () => {
    const svg = figureSvg(figure)!;
    assert.doesNotMatch(svg, /NaN|undefined|Infinity|\[object/);
    const [root, ...elements] = elementsOf(svg);
    const [width, height] = [Number(root.width), Number(root.height)];
    assert.equal(width, 720);
    assert.ok(elements.length > 5, `${elements.length} elements`);
    for (const { x, y, width: w = '0', height: h = '0', text, transform } of elements) {
      if (x === undefined || transform) continue;
      assert.ok(Number(x) >= -1 && Number(x) + Number(w) <= width + 1, `${text || 'a box'} at x ${x}`);
      assert.ok(Number(y) >= -1 && Number(y) + Number(h) <= height + 1, `${text || 'a box'} at y ${y} of ${height}`);
    }
  });
}

test('the picture scales with the page instead of having one size', () => {
  const image = figureImage(examples[0][1])!;
  assert.match(
    image,
    /^<img alt="Naive on Split-MNIST" src="data:image\/svg\+xml;base64,[^"]+" style="width: 100%; max-width: \d+px; height: auto">$/,
  );
  assert.match(figureSvg(examples[0][1])!, /viewBox="0 0 720 \d+"/);
});

test('a figure with a trace that it does not know has no picture', () => {
  for (const trace of [
    { type: 'surface', z: [[1]] },
    { type: 'heatmap' },
    { type: 'scatter' },
    { type: 'image', source: 'x.jpg' },
    { type: 'bar', x: 5 },
  ]) {
    assert.equal(figureSvg(plainFigure({ data: [trace], layout: {} }, 'test')), null, JSON.stringify(trace));
    assert.equal(figureImage(plainFigure({ data: [trace], layout: {} }, 'test')), null);
  }
});

test('coordinates and colours that the user leaves out are those of Plotly: 0, 1, 2 … and one colour a trace', () => {
  const elements = drawn(
    [
      { y: [1, 2, 3], name: 'a' },
      { type: 'bar', y: [3, 2, 1], name: 'b' },
    ],
    { xaxis: { title: 'time' } },
  );
  assert.equal(only(elements, 'circle').length, 3);
  const bars = only(elements, 'rect').filter(({ height }) => Number(height) > 20);
  assert.equal(bars.length, 3);
  assert.notEqual(bars[0].fill, only(elements, 'circle')[0].fill);
  assert.ok(elements.indexOf(bars[2]) < elements.indexOf(only(elements, 'circle')[0]), 'lines lie over bars');
  assert.ok(only(elements, 'text').some(({ text }) => text === 'time'));
});

test('an own figure without anything is a picture of its title', () => {
  assert.deepEqual(
    only(drawn([], { title: 'Nothing yet' }), 'text').map(({ text }) => text),
    ['Nothing yet'],
  );
});

test("the user's words cannot become markup of the picture", () => {
  const name = '</text><script>alert(1)</script>';
  const svg = figureSvg(
    plainFigure(
      {
        data: [
          { y: [1], name },
          { y: [2], name: 'b' },
        ],
        layout: { title: name },
      },
      'test',
    ),
  )!;
  assert.doesNotMatch(svg, /<script/);
});
