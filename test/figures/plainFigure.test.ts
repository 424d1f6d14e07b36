import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainFigure } from '../../src/figures/plainFigure';

test('typed arrays become arrays, NaN becomes null, numbers keep 6 digits', () => {
  const { data } = plainFigure(
    { data: [{ type: 'scatter', x: Float32Array.of(1, 2.1), y: [NaN, 2, 1 / 3, 123456789, 5n] }], layout: {} },
    'x',
  );
  assert.deepEqual(data, [{ type: 'scatter', x: [1, 2.1], y: [null, 2, 0.333333, 123456789, 5] }]);
});

test('what is no figure, or cannot be written as JSON, is refused with the reason', () => {
  for (const wrong of [undefined, null, 5, {}, { data: [] }, { data: {}, layout: {} }, { data: [5], layout: {} }]) {
    assert.throws(() => plainFigure(wrong as never, 'show'), /show: this is no figure: /);
  }
  const circle: Record<string, unknown> = {};
  circle.self = circle;
  assert.throws(() => plainFigure({ data: [circle], layout: {} }, 'show'), /show: the figure is no plain data/);
});
