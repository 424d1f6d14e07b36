import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lineTraces, overlapNote } from '../../src/figures/lines';
import { groupByMethod } from '../../src/figures/runs';
import { aggregate } from '../../src/metrics';

const lines = (values: number[][], span?: number) => {
  const groups = groupByMethod(values.map((_, k) => ({ method: `m${k}` })));
  const inputs = values.map((each, k) => ({
    group: groups[k],
    x: each.map((_, at) => at),
    values: each.map((value) => aggregate([value])),
    hover: each.map(() => ''),
  }));
  return lineTraces(inputs, span) as { line: { width: number }; marker: { size: number } }[];
};

test('whether lines coincide depends on the axis: what one axis hides another one tells apart', () => {
  const close = [
    [0.95, 0.95],
    [0.955, 0.955],
  ];
  assert.deepEqual(
    lines(close, 1).map(({ line }) => line.width > 2),
    [true, false],
  );
  assert.deepEqual(
    lines(close, 0.1).map(({ line }) => line.width > 2),
    [false, false],
  );
});

test('of many lines on top of each other the lowest stays slim enough for its panel, and each is still wider than the next', () => {
  const widths = lines(Array.from({ length: 20 }, () => [0.5, 0.5])).map(({ line }) => line.width);
  assert.ok(widths[0] <= 10);
  assert.ok(widths.every((width, k) => k === 0 || width < widths[k - 1]));
});

test('wide lines are explained, and only they', () => {
  assert.equal(overlapNote(lines([[0.5], [0.5]])).length, 1);
  assert.deepEqual(overlapNote(lines([[0.5], [0.9]])), []);
});
