import assert from 'node:assert/strict';
import { test } from 'node:test';
import { niceStep } from '../../src/figures/niceStep';

test('steps are 1, 2 or 5 times a power of ten, at least as large as asked', () => {
  const cases: [number, number][] = [
    [1, 1],
    [1.1, 2],
    [3, 5],
    [6, 10],
    [270000, 500000],
    [0.03, 0.05],
  ];
  for (const [raw, step] of cases) assert.ok(Math.abs(niceStep(raw) - step) < 1e-12 * step, `${raw}: ${niceStep(raw)}`);
});
