import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fittedAxis } from '../../src/figures/fittedAxis';
import { aggregate } from '../../src/metrics';

const axisOf = (...values: number[]) => fittedAxis(values.map((value) => aggregate([value])));
const rangeOf = (...values: number[]) => axisOf(...values).make('accuracy', {}).range as [number, number];

test('values all over, or near 0, have the whole axis', () => {
  for (const values of [[0.1, 0.9], [0.3, 0.85], [0.05, 0.1], []]) {
    assert.deepEqual(rangeOf(...values), [-0.03, 1.03]);
    assert.deepEqual(axisOf(...values).note, []);
  }
});

test('values close together have an axis that fits, which says where it begins', () => {
  const [low, high] = rangeOf(0.95, 0.99);
  assert.ok(low < 0.95 && low > 0.85 && high > 0.99 && high <= 1.02);
  const { note, span } = axisOf(0.95, 0.99);
  assert.match(note[0], new RegExp(`begins at ${low.toFixed(2)}`));
  assert.ok(Math.abs(span - (high - low)) < 1e-9);
});

test('a fitted axis is at least 0.1 long, so that tiny differences do not look large', () => {
  const [low, high] = rangeOf(0.98, 0.981);
  assert.ok(high - low >= 0.0999);
});

test('intervals belong to what is shown, as far as accuracies go', () => {
  assert.deepEqual(fittedAxis([aggregate([0.9, 0.95])]).note, fittedAxis([aggregate([0.9, 0.95]), null]).note);
  const wide = fittedAxis([aggregate([0.7, 0.9])]); // 0.8 ± 1.27: the whole axis
  assert.deepEqual(wide.note, []);
});
