import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runNode } from '../child';
import { corruptions, type CorruptionFigures } from './corruptions';

test('damaged IDX, gzip, JSON and safetensors files are refused in words or read as what they hold, and no reader hangs, crashes or takes much memory', () => {
  const { status, output } = runNode([require.resolve('./corruptions'), '300']);
  assert.equal(status, 0, output);
  const { figures, peakMb } = JSON.parse(output) as { figures: CorruptionFigures[]; peakMb: number };
  assert.deepEqual(
    figures.map(({ reader }) => reader),
    ['IDX', 'gzip', 'JSON', 'results.json', 'run of a store', 'safetensors', 'saved trainer'],
  );
  for (const { errors, right, slowestMs } of figures) {
    assert.equal(errors + right, 300);
    assert.ok(errors >= 150 && right >= 1, output);
    assert.ok(slowestMs < 1000, output);
  }
  assert.ok(peakMb < 400, output);
});

test('the same seed makes the same damage, so that what a soak finds can be looked at again', () => {
  const counts = (seed: number) => corruptions(40, seed).map(({ errors, right }) => [errors, right]);
  assert.deepEqual(counts(5), counts(5));
  assert.notDeepEqual(counts(5), counts(6));
});
