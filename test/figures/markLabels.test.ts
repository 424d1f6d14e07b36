import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelSides, type Mark } from '../../src/figures/markLabels';

const PLOT = { width: 600, height: 300 };
const mark = (x: number, y: number, more: Partial<Mark> = {}): Mark => ({
  x,
  y,
  radius: 6,
  reach: { x: 0, y: 0 },
  text: 'ER-ACE',
  ...more,
});

test('a mark that stands alone has its name at its right, at the right edge at its left', () => {
  assert.deepEqual(labelSides([mark(100, 100), mark(580, 200)], PLOT), ['middle right', 'middle left']);
});

test('a name keeps off its own whiskers and off other marks', () => {
  assert.deepEqual(labelSides([mark(100, 100, { reach: { x: 80, y: 0 } })], PLOT), ['top center']);
  assert.deepEqual(labelSides([mark(100, 100), mark(130, 100)], PLOT), ['middle left', 'middle right']);
  const [low] = labelSides([mark(100, 8, { reach: { x: 80, y: 0 } })], PLOT);
  assert.equal(low, 'bottom center', 'above there is no room');
});

test('names of marks in one place lie on different sides', () => {
  const sides = labelSides(Array(4).fill(mark(300, 150)), PLOT);
  assert.equal(new Set(sides).size, 4);
});
