import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ticksBelow, ticksBeside } from '../../src/figures/taskTicks';

const names = (count: number, length: number) =>
  Array.from({ length: count }, (_, k) => `${k + 1} ${'word '.repeat(length)}`.trim());

test('short names stay as they are, upright', () => {
  const { ticks, bottom } = ticksBelow(['digits 0, 1', 'digits 2, 3']);
  assert.deepEqual(ticks, { tickvals: [0, 1], ticktext: ['digits 0, 1', 'digits 2, 3'], tickangle: 0 });
  assert.equal(bottom, 56);
});

test('names that are wider than their place are wrapped where there is room for lines, else short and slanting', () => {
  const few = ticksBelow(names(5, 8));
  assert.equal(few.ticks.tickangle, 0);
  assert.ok(few.ticks.ticktext.every((text) => text.split('<br>').length === 3));
  assert.ok(few.bottom > ticksBelow(names(5, 1)).bottom);
  const many = ticksBelow(names(15, 8));
  assert.notEqual(many.ticks.tickangle, 0);
  assert.ok(many.ticks.ticktext.every((text) => text.length <= 12));
});

test('of many tasks some are named, evenly spaced', () => {
  const { tickvals } = ticksBelow(names(100, 1)).ticks;
  assert.ok(tickvals.length <= 24 && tickvals.length >= 15);
  assert.ok(tickvals.every((value, k) => value === k * tickvals[1]));
  assert.equal(ticksBeside(names(100, 1), 8).tickvals.length, tickvals.length);
});

test('beside the plot, labels have as many lines as a row is high', () => {
  const lines = (rowHeight: number) => ticksBeside(names(3, 20), rowHeight).ticktext[0].split('<br>').length;
  assert.deepEqual([15, 31, 45, 200].map(lines), [1, 2, 3, 3]);
});

test('names that differ only in the middle stay different when shortened', () => {
  const alike = ['north', 'south'].map((middle) => `${'a'.repeat(80)} ${middle} ${'b'.repeat(80)}`);
  const { ticktext } = ticksBelow(alike).ticks;
  assert.notEqual(ticktext[0], ticktext[1]);
});
