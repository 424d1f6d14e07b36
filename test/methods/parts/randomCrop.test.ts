import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { backend, initBackend } from '../../../src/backend';
import type { Task } from '../../../src/data/task';
import { RandomCrop } from '../../../src/methods/parts/randomCrop';

before(async () => {
  await initBackend('native');
});

/** A task of images of 2×3 pixels with two channels. */
const TASK: Task = {
  id: 0,
  name: 'colours',
  scenario: 'class-incremental',
  classes: [0],
  classNames: ['a'],
  inputSize: 12,
  inputShape: [2, 3, 2],
  inputs: { shape: [2, 3, 2], mean: [0.25, 0.5], std: [0.5, 0.25] },
};

/** What black becomes when it is standardised. */
const BLACK = [-0.5, -2];

function begun(padding: number, seed = 1): RandomCrop {
  const crops = new RandomCrop('test', padding, seed);
  crops.begin(TASK);
  return crops;
}

test('a crop is the image moved by up to the padding, with black where it leaves off, all channels alike', () => {
  const { kernels: k, scope, toHost } = backend();
  const crops = begun(1);
  const n = 100;
  const x = Float32Array.from({ length: 12 * n }, (_, i) => i + 1);
  const places = crops.draw(n);
  const out = scope(() => Float32Array.from(toHost(crops.crop(k, k.tensor(x, [n, 12]), k.tensor(places, [places.length])))));
  const at = (image: number, row: number, column: number, channel: number) =>
    row < 0 || row > 1 || column < 0 || column > 2 ? BLACK[channel] : x[12 * image + 6 * row + 2 * column + channel];
  const moves = new Set<string>();
  for (let image = 0; image < n; image++) {
    const fits: string[] = [];
    for (const down of [-1, 0, 1]) {
      for (const right of [-1, 0, 1]) {
        const moved = Array.from({ length: 12 }, (_, i) => at(image, (i / 6 | 0) + down, ((i / 2 | 0) % 3) + right, i % 2)); // prettier-ignore
        if (moved.every((value, i) => value === out[12 * image + i])) fits.push(`${down},${right}`);
      }
    }
    assert.ok(fits.length >= 1, `image ${image} is no crop`);
    if (fits.length === 1) moves.add(fits[0]); // moved out of sight, both ways look alike
  }
  assert.equal(moves.size, 9);
});

test('every place is equally likely', () => {
  const crops = begun(1);
  const n = 9000;
  const places = crops.draw(n);
  const counts = new Map<number, number>();
  // The middle pixel of the first row comes from rows −1 … 1, columns 0 … 2.
  for (let image = 0; image < n; image++) {
    const place = places[6 * image + 1];
    const from = place === 6 * n ? -1 : place - 6 * image;
    counts.set(from, (counts.get(from) ?? 0) + 1);
  }
  assert.deepEqual([...counts.keys()].sort((a, b) => a - b), [-1, 0, 1, 2, 3, 4, 5]); // prettier-ignore
  for (const [from, count] of counts) {
    const expected = from === -1 ? n / 3 : n / 9;
    assert.ok(Math.abs(count - expected) < 5 * Math.sqrt(expected), `${from}: ${count}`);
  }
});

test('one seed gives one sequence of crops, also from a saved place on; another gives others', () => {
  const [one, two, other] = [begun(1), begun(1), begun(1, 2)];
  assert.deepEqual(one.draw(5), two.draw(5));
  assert.notDeepEqual(begun(1).draw(5), other.draw(5));
  const saved = one.state();
  const next = one.draw(5);
  other.restore(saved);
  assert.deepEqual(other.draw(5), next);
});

test('what is no image, and an image without a known black, is refused', () => {
  const crops = new RandomCrop('GDumb: augment', 1, 1);
  assert.throws(
    () => crops.begin({ ...TASK, inputShape: [12] }),
    /GDumb: augment: crops need images, but the inputs of colours have the shape \[12\]; leave out augment/,
  );
  assert.throws(() => crops.begin({ ...TASK, inputs: undefined }), /which number black is, and colours has no inputs/);
  assert.throws(
    () => crops.begin({ ...TASK, pixels: 'permuted' }),
    /GDumb: augment: crops move pixels to their neighbours' places, and the stream of colours permutes pixels; leave out augment, or use/,
  );
  assert.throws(() => new RandomCrop('test', 0, 1), /test: cropPadding must be a whole number of at least 1, got 0/);
});

test('some of each image stays: a padding as large as the shorter side is refused', () => {
  const check = (padding: number, inputShape: number[]) => new RandomCrop('test', padding, 1).check({ ...TASK, inputShape });
  check(1, [2, 3, 2]);
  check(27, [28, 28, 1]);
  for (const shape of [
    [2, 3, 2],
    [3, 2, 2],
  ])
    // prettier-ignore
    assert.throws(() => check(2, shape), /crops of images of (3×2|2×3) with cropPadding 2 could be all black; use cropPadding: 1 or less/);
  assert.throws(() => check(28, [28, 28, 1]), /with cropPadding 28 could be all black; use cropPadding: 27 or less/);
  assert.throws(() => check(1, [1, 9, 1]), /could be all black; leave out augment/);
});
