import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frame, type Frame } from '../../src/figures/layout';

const layoutOf = (more: Partial<Frame> = {}) =>
  frame('x', { title: 'Title', plotHeight: 200, ...more }) as {
    title: { text: string; pad: { t: number }; subtitle?: { text: string } };
    height: number;
    margin: { t: number; b: number };
    showlegend: boolean;
    legend?: { y: number };
  };

test('the plot keeps its height whatever stands above and below it', () => {
  const names = Array.from({ length: 20 }, (_, k) => `method number ${k}`);
  for (const more of [
    {},
    { notes: ['A.', 'B.'] },
    { legend: names },
    { headings: true, bottom: 90 },
    { title: 'word '.repeat(40) },
  ]) {
    const { height, margin } = layoutOf(more);
    assert.equal(height - margin.t - margin.b, 200);
  }
});

test('heading, notes and legend get the room they need, one above the other', () => {
  const bare = layoutOf().margin.t;
  assert.ok(layoutOf({ notes: ['short'] }).margin.t >= bare + 15);
  assert.ok(layoutOf({ notes: ['long '.repeat(60)] }).margin.t >= bare + 45, 'three lines');
  const short = layoutOf({ legend: ['a', 'b'] });
  assert.ok(short.margin.t >= bare + 15 && short.showlegend);
  const many = layoutOf({ legend: Array.from({ length: 20 }, (_, k) => `method number ${k}`) });
  assert.ok(many.margin.t >= short.margin.t + 60, 'four lines or more');
  assert.equal(layoutOf().showlegend, false);
  const { legend, height } = layoutOf({ notes: ['short'], legend: ['a'] });
  assert.ok((1 - legend!.y) * height >= 55, 'below the note');
});

test('a long heading is broken into at most three lines and shown as written', () => {
  assert.equal(layoutOf({ title: 'a<b' }).title.text, 'a&lt;b');
  const { title } = layoutOf({ title: 'many words '.repeat(100) });
  const lines = title.text.split('<br>');
  assert.ok(lines.length === 3 && lines.every((line) => line.length <= 80));
  assert.ok(title.pad.t > layoutOf().title.pad.t);
});

test('a title that is no text is refused by the name of the builder', () => {
  assert.throws(() => layoutOf({ title: 5 as never }), /x: title must be text, got 5/);
  assert.throws(() => layoutOf({ title: '' }), /x: title is empty/);
});
