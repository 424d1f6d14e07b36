import assert from 'node:assert/strict';
import { test } from 'node:test';
import { escapeHtml, inlineScript, scriptJson } from '../../src/notebook/html';
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

test('typed arrays become arrays, NaN becomes null, numbers keep 6 digits', () => {
  const bundle = figureBundle({
    data: [{ type: 'scatter', x: Float32Array.of(1, 2.1), y: [NaN, 2, 1 / 3, 123456789] }],
    layout: {},
  });
  assert.deepEqual((bundle['application/vnd.plotly.v1+json'] as { data: unknown[] }).data, [
    { type: 'scatter', x: [1, 2.1], y: [null, 2, 0.333333, 123456789] },
  ]);
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
    /show: this is no figure: an object with layout; pass what a figure builder returns/,
  );
  assert.throws(() => show(undefined as never), /this is no figure: undefined/);
});

test('texts cannot break out of HTML or of a script', () => {
  assert.equal(escapeHtml(`<a href="x">'&`), '&lt;a href=&quot;x&quot;&gt;&#39;&amp;');
  assert.ok(!scriptJson({ text: '</script><!--\u2028' }).includes('<'));
  assert.equal(JSON.parse(scriptJson({ text: '</script>' })).text, '</script>');
  assert.equal(inlineScript('x = "</script>"').match(/<\/script/g)?.length, 1);
});
