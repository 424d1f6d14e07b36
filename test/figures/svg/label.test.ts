import assert from 'node:assert/strict';
import { test } from 'node:test';
import { charactersIn, label, px, textWidth } from '../../../src/figures/svg/label';
import { elementsOf } from './elements';

test('numbers have at most one decimal', () => {
  assert.deepEqual([1, 1.26, -0.04].map(px), ['1', '1.3', '0']);
});

test('a label of several lines is one text of several spans, each below the one before', () => {
  const svg = label(10, 20, 'a<br>b &lt; c', 'text-anchor="end"');
  const [text] = elementsOf(svg);
  assert.deepEqual([text.x, text.y, text['text-anchor'], text.text], ['10', '20', 'end', 'a|b &lt; c']);
  assert.equal(svg.match(/dy="14"/g)?.length, 1);
});

test('the width is that of the longest line, without markup', () => {
  assert.equal(textWidth('ab<br><b>abcd</b>'), textWidth('abcd'));
  assert.equal(charactersIn(textWidth('abcd')), 4);
});
