import assert from 'node:assert/strict';
import { test } from 'node:test';
import { headingOf, legendOf } from '../../../src/figures/svg/around';
import { elementsOf, only } from './elements';

test('heading and explanations stand line by line, as written', () => {
  const { drawn, bottom } = headingOf({ title: { text: 'a &lt; b<br>c', subtitle: { text: 'one<br>two' } } });
  const texts = only(elementsOf(drawn), 'text');
  assert.deepEqual(
    texts.map(({ text }) => text),
    ['a &lt; b', 'c', 'one|two'],
  );
  assert.ok(Number(texts[0].y) < Number(texts[1].y) && Number(texts[1].y) < Number(texts[2].y) && bottom > Number(texts[2].y));
});

const named = (count: number) =>
  Array.from({ length: count }, (_, k) => ({ name: `method number ${k}`, mode: 'lines', line: { color: '#000' } }));

test('entries of a legend follow one another and go on in the next line', () => {
  const texts = only(elementsOf(legendOf(named(9), { showlegend: true }, 400, 40, 700)), 'text');
  assert.equal(texts.length, 9);
  const lines = new Set(texts.map(({ y }) => y));
  assert.ok(lines.size >= 2);
  for (const { x, text } of texts) assert.ok(Number(x) + 6.5 * text.length <= 720);
});

test('a legend is drawn when asked for, and by default for more than one trace; traces may be left out of it', () => {
  const entries = (traces: object[], layout = {}) =>
    only(elementsOf(legendOf(traces as never, layout, 400, 40, 700)), 'text').length;
  assert.equal(entries(named(2), { showlegend: false }), 0);
  assert.equal(entries(named(1)), 0);
  assert.equal(entries(named(2)), 2);
  assert.equal(entries([...named(2), { ...named(1)[0], showlegend: false }]), 2);
});

test('variants of one colour look different in the legend: dashes for lines, pale boxes for hatched bars', () => {
  const [solid] = only(elementsOf(legendOf(named(1), { showlegend: true }, 400, 40, 700)), 'path');
  const [dashed] = only(
    elementsOf(legendOf([{ ...named(1)[0], line: { color: '#000', dash: 'dot' } }], { showlegend: true }, 400, 40, 700)),
    'path',
  );
  assert.equal(solid['stroke-dasharray'], undefined);
  assert.equal(dashed['stroke-dasharray'], '2 4');
  const bar = { name: 'a', type: 'bar', marker: { color: '#000', pattern: { shape: '/' } } };
  assert.equal(only(elementsOf(legendOf([bar], { showlegend: true }, 400, 40, 700)), 'rect')[0]['fill-opacity'], '0.45');
});
