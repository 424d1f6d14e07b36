import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { convertInputs, plainScale, pixelPermutation, rotationMap, standardisingScale } from '../../src/data/pixels';

const SIDE = 5;
const picture = Uint8Array.from({ length: SIDE * SIDE }, (_, k) => (37 * k) % 256);

function rotated(degrees: number, image: Uint8Array | Float32Array = picture, width = SIDE, height = SIDE): number[] {
  return [...convertInputs(image, Int32Array.of(0), width * height, rotationMap(width, height, degrees), plainScale(1))];
}

test('rotation by 90° is an exact transposition and flip, counter-clockwise', () => {
  const expected = Array.from({ length: SIDE * SIDE }, (_, k) => picture[(k % SIDE) * SIDE + (SIDE - 1 - Math.floor(k / SIDE))]);
  assert.deepEqual(rotated(90), expected);
});

test('rotation by 0, 360 and -360° is the identity, by 180° the reverse, by -90° as by 270°', () => {
  for (const degrees of [0, 360, -360]) assert.deepEqual(rotated(degrees), [...picture]);
  assert.deepEqual(rotated(180), [...picture].reverse());
  assert.deepEqual(rotated(-90), rotated(270));
});

test('quarter turns in sequence add up, on sides of even and odd length', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 0, max: 7 }), fc.integer({ min: 0, max: 7 }), (side, a, b) => {
      const image = Float32Array.from({ length: side * side }, (_, k) => ((37 * k) % 256) / 256);
      const twice = rotated(90 * b, Float32Array.from(rotated(90 * a, image, side, side)), side, side);
      assert.deepEqual(twice, rotated(90 * (a + b), image, side, side));
    }),
  );
});

test('bilinear rotation reproduces a linear brightness exactly inside the image, for any angle', () => {
  const side = 9;
  const ramp = Float32Array.from(
    { length: side * side },
    (_, k) => 0.5 + 0.03 * ((k % side) - 4) + 0.02 * (Math.floor(k / side) - 4),
  );
  fc.assert(
    fc.property(fc.double({ min: -720, max: 720, noNaN: true }), (degrees) => {
      const radians = (degrees * Math.PI) / 180;
      const result = rotated(degrees, ramp, side, side);
      for (const [dx, dy] of [
        [0, 0],
        [1, 0],
        [0, -2],
        [2, 2],
        [-1, 2],
      ]) {
        const x = Math.cos(radians) * dx - Math.sin(radians) * dy;
        const y = Math.sin(radians) * dx + Math.cos(radians) * dy;
        assert.ok(Math.abs(result[(dy + 4) * side + dx + 4] - (0.5 + 0.03 * x + 0.02 * y)) < 1e-5);
      }
    }),
  );
});

test('weights are never negative and add up to at most 1: corners from outside are black', () => {
  const { weights } = rotationMap(28, 28, 45);
  for (let pixel = 0; pixel < 784; pixel++) {
    const four = weights.subarray(4 * pixel, 4 * pixel + 4);
    const sum = four.reduce((a, b) => a + b, 0);
    assert.ok(four.every((weight) => weight >= 0) && sum <= 1 + 1e-6);
  }
  assert.equal(rotated(45, new Uint8Array(784).fill(255), 28, 28)[0], 0);
});

test('a permutation moves number order[j] to place j; features take their mean and deviation along', () => {
  const inputs = Float64Array.of(10, 20, 30, 40, 50, 60);
  const map = { kind: 'permutation', order: Int32Array.of(2, 0, 1) } as const;
  assert.deepEqual([...convertInputs(inputs, Int32Array.of(1, 0), 3, map, plainScale(1))], [60, 40, 50, 30, 10, 20]);
  const scale = standardisingScale({ shape: [3], mean: [10, 20, 30], std: [1, 2, 3] }, 1, map);
  assert.deepEqual([...convertInputs(inputs, Int32Array.of(1), 3, map, scale)], [10, 30, 15]);
});

test('inputs are standardised with mean and deviation of their channel, bytes as 0 … 1', () => {
  const description = { shape: [1, 2, 3], mean: [0, 0.5, 1], std: [1, 0.5, 0.25] };
  const inputs = Uint8Array.of(0, 0, 0, 255, 255, 255);
  const rows = convertInputs(inputs, Int32Array.of(0), 6, undefined, standardisingScale(description, 255));
  assert.deepEqual([...rows], [0, -1, -4, 1, 1, 0]);
});

test('images with channels: pixels change places and turn as a whole, each channel as an image of its own would', () => {
  const order = Int32Array.of(2, 0, 3, 1);
  assert.deepEqual([...pixelPermutation(() => order, 1).order], [...order]);
  assert.deepEqual([...pixelPermutation(() => order, 3).order], [6, 7, 8, 0, 1, 2, 9, 10, 11, 3, 4, 5]);
  const [width, height] = [4, 3];
  const image = Float32Array.from({ length: width * height * 3 }, (_, k) => ((37 * k) % 256) / 256);
  for (const degrees of [0, 90, 33]) {
    const whole = convertInputs(image, Int32Array.of(0), image.length, rotationMap(width, height, degrees, 3), plainScale(1));
    for (let channel = 0; channel < 3; channel++) {
      const single = Float32Array.from({ length: width * height }, (_, k) => image[3 * k + channel]);
      assert.deepEqual(
        rotated(degrees, single, width, height),
        [...whole].filter((_, k) => k % 3 === channel),
      );
    }
  }
});
