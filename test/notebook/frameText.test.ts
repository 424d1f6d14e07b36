import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frameText } from '../../src/notebook/frameText';

test('a small frame is one table, with the index on the left and numbers in one form', () => {
  const text = frameText(
    {
      columns: ['m', 'x'],
      index: [0, 7],
      values: [
        ['a', 0.5],
        ['b', NaN],
      ],
    },
    10,
  );
  assert.equal(text, '   m    x\n─────────\n0  a  0.5\n7  b    –');
});

test('columns that do not fit follow below with the index; each column is there once', () => {
  const columns = Array.from({ length: 9 }, (_, c) => `column number ${c} of nine`);
  const text = frameText({ columns, index: [5], values: [columns.map((_, c) => c)] }, 10);
  const blocks = text.split('\n\n');
  assert.ok(blocks.length >= 2 && blocks.every((block) => block.split('\n')[2].startsWith('5')));
  for (const line of text.split('\n')) assert.ok(line.length <= 100);
  for (const column of columns) assert.equal(text.split(column).length, 2);
});

test('long texts are shortened, long frames end with how many rows there are', () => {
  const text = frameText({ columns: ['x'.repeat(90)], index: [0, 1, 2], values: [['y'.repeat(90)], ['z'], ['z']] }, 2);
  for (const line of text.split('\n')) assert.ok(line.length <= 50);
  assert.match(text, /… and 1 more rows \(3 in all\)$/);
});

test('a frame without columns or rows is printed, too', () => {
  assert.equal(frameText({ columns: [], index: [0], values: [[]] }, 10), '\n─\n0');
  assert.match(frameText({ columns: ['a'], index: [], values: [] }, 10), /a/);
});
