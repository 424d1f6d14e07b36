import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accuracyMatrixFigure } from '../../src/figures';
import { figureBundle, show } from '../../src/notebook/show';
import { exampleFigures } from '../figures/examples';
import { printed } from './printed';

const figures = Object.entries(exampleFigures());

test('the bundle of every figure holds Plotly JSON, HTML and text, all plain JSON values', () => {
  for (const [name, figure] of figures) {
    const bundle = figureBundle(figure);
    assert.deepEqual(Object.keys(bundle), ['application/vnd.plotly.v1+json', 'text/html', 'text/plain'], name);
    assert.deepEqual(JSON.parse(JSON.stringify(bundle)), bundle, name);
    assert.match(String(bundle['text/plain']), /\(figure/, name);
  }
});

test('the HTML of every figure shows a still picture and names no address outside the page', () => {
  for (const [name, figure] of figures) {
    const html = String(figureBundle(figure)['text/html']);
    const picture = /<img alt="[^"]*" src="data:image\/svg\+xml;base64,([^"]+)"/.exec(html);
    assert.ok(picture, `${name}: no still picture`);
    const svg = Buffer.from(picture[1], 'base64').toString();
    assert.ok(!/NaN|undefined|Infinity/.test(svg), `${name}: ${/.{60}(NaN|undefined|Infinity).{20}/.exec(svg)?.[0]}`);
    const addresses =
      (html + svg).match(/(https?:)?\/\/[^\s"'<]+/g)?.filter((found) => found !== 'http://www.w3.org/2000/svg') ?? [];
    assert.deepEqual(
      addresses.filter((found) => /^(https?:)?\/\/\w+\./.test(found)),
      [],
      name,
    );
  }
});

test('a figure with a trace that the picture does not know says what to do instead', () => {
  const html = String(figureBundle({ data: [{ type: 'surface', z: [[1]] }], layout: { title: { text: 'a < b' } } })['text/html']);
  assert.match(html, /a &lt; b: this figure needs Plotly; run inlinePlotly\(\)/);
});

test('without a notebook, show prints what the figure is', async () => {
  assert.equal(
    await printed(() => show(exampleFigures().accuracyMatrix, exampleFigures().forgetting)),
    'Naive on Split-MNIST (figure: heatmap)\nHow much of each task was forgotten (figure: bar)\n',
  );
});

test('what is no figure is refused with the reason', () => {
  assert.throws(
    () => show({ layout: {} } as never),
    /show: this is no figure: \{ layout: \{\} \}; pass what a figure builder returns/,
  );
  assert.throws(() => show(undefined as never), /this is no figure: undefined/);
  assert.throws(() => show(), /show: there is nothing to show/);
});

test('a title between angle brackets is shown as written, in the text and on the page', async () => {
  const figure = accuracyMatrixFigure([[0.5]], { title: 'lr<0.1 and λ>5' });
  assert.equal(await printed(() => show(figure)), 'lr<0.1 and λ>5 (figure: heatmap)\n');
  assert.match(String(figureBundle(figure)['text/html']), /<img alt="lr&lt;0\.1 and λ&gt;5"/);
});

test("a figure of the user's own is shown with its titles and in the look of the library", () => {
  const bundle = figureBundle({ data: [{ y: [1, 2] }], layout: { title: 'Own', xaxis: { title: 'time' } } });
  const { layout } = bundle['application/vnd.plotly.v1+json'] as { layout: Record<string, { text?: string; title?: object }> };
  assert.deepEqual([layout.title, layout.xaxis.title], [{ text: 'Own' }, { text: 'time' }]);
  assert.ok(layout.template);
  assert.equal(bundle['text/plain'], 'Own (figure: scatter)');
});
