import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { colorAt, contrast, textOn, VIRIDIS, withOpacity } from '../../src/figures/color';

const hex = fc.integer({ min: 0, max: 0xffffff }).map((value) => `#${value.toString(16).padStart(6, '0')}`);

test('opacity turns a colour into rgba', () => {
  assert.equal(withOpacity('#0072B2', 0.5), 'rgba(0, 114, 178, 0.5)');
});

test('contrast is that of WCAG: 21 for black on white, 1 for equal colours, whichever comes first', () => {
  assert.equal(contrast('#000000', '#ffffff'), 21);
  assert.equal(contrast('#ffffff', '#000000'), 21);
  assert.equal(contrast('#123456', '#123456'), 1);
  assert.ok(Math.abs(contrast('#777777', '#ffffff') - 4.478) < 1e-3);
});

test('property: the better of black and white can be read on any ground', () => {
  fc.assert(fc.property(hex, (ground) => contrast(textOn(ground), ground) >= 4.58));
});

test('a scale gives its stops, mixes between them, and stays at its ends', () => {
  const scale = [
    [0, '#000000'],
    [0.5, '#0000ff'],
    [1, '#ffffff'],
  ] as const;
  assert.deepEqual(
    [0, 0.25, 0.5, 0.75, 1, 2].map((share) => colorAt(scale, share)),
    ['#000000', '#000080', '#0000ff', '#8080ff', '#ffffff', '#ffffff'],
  );
  const named = [
    [0, 'red'],
    [1, 'blue'],
  ] as const;
  assert.deepEqual([colorAt(named, 0.2), colorAt(named, 0.8)], ['red', 'blue']);
  assert.equal(colorAt(VIRIDIS, 0).toUpperCase(), '#440154');
});
