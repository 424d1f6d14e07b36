import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { figureTitle, linesOf, plainText, shortLabel, tickLabel, withoutMarkup, wrapped } from '../../src/figures/text';

test('property: text that was made plain reads as it was written', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('<', '>', '&', '$', 'b', '/', ';', 'lt', 'amp', ' ', 'λ', '#36') }), (text) => {
      assert.equal(withoutMarkup(plainText(text)), text);
    }),
  );
});

test('markup that Plotly knows is taken out, other text between angle brackets stays', () => {
  assert.equal(withoutMarkup('<b>a</b> <i>b</i><sub>2</sub> <span style="color: red">c</span>'), 'a b2 c');
  assert.equal(withoutMarkup('lr<0.1 and λ>5'), 'lr<0.1 and λ>5');
  assert.deepEqual(linesOf('a<br>b<br />c'), ['a', 'b', 'c']);
  assert.equal(withoutMarkup('&amp;lt;'), '&lt;');
});

test('a line break of the user is a space, and no formula begins with a dollar', () => {
  assert.equal(plainText('a\n b'), 'a b');
  assert.ok(!plainText('$x$').includes('$'));
});

test('the title of a figure is text, whether it is given as text, as an object or not at all', () => {
  assert.equal(figureTitle({ data: [], layout: { title: 'a <b>b</b>' } }), 'a b');
  assert.equal(figureTitle({ data: [], layout: { title: { text: 'c&lt;d' } } }), 'c<d');
  assert.equal(figureTitle({ data: [], layout: {} }), 'Figure');
});

test('property: wrapped lines are never too long or too many, and nothing is lost without a limit', () => {
  const words = fc.string({ unit: fc.constantFrom('a', 'b', ' ', '…', '😀'), minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(words, fc.integer({ min: 4, max: 30 }), fc.integer({ min: 1, max: 4 }), (text, width, most) => {
      const lines = wrapped(text, width, most);
      assert.ok(lines.length <= most && lines.every((line) => [...line].length <= width));
      assert.equal(wrapped(text, width).join('').replaceAll(' ', ''), text.replaceAll(' ', ''));
    }),
  );
});

test('labels are wrapped or shortened first and escaped then, so that no entity is cut', () => {
  assert.equal(tickLabel('digits 0, 1'), 'digits 0, 1');
  assert.equal(tickLabel('ProgressiveNeuralNet'), 'ProgressiveNeuralNet');
  assert.equal(tickLabel('kind number 0, kind number 1', 14), 'kind number 0,<br>kind number 1');
  assert.equal(shortLabel('<'.repeat(50), 5), '&lt;&lt;…&lt;&lt;');
});
