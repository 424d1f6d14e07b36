import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { backend, initBackend } from '../../src/backend';
import { RanDumb } from '../../src/methods';
import { RandomStream } from '../../src/utils/random';
import { smallModel } from './fixtures';

before(async () => {
  await initBackend('native');
});

class Open extends RanDumb {
  features(images: Float32Array): number[][] {
    const { kernels: k, scope, toHost } = backend();
    const n = images.length / 16;
    const flat = scope(() => Array.from(toHost(this.featuresOf(k, k.tensor(images, [n, 16])))));
    return Array.from({ length: n }, (_, i) => flat.slice((i * flat.length) / n, ((i + 1) * flat.length) / n));
  }
}

test('products of the features are the kernel exp(−γ·‖x − y‖²)', () => {
  const trainer = new Open(smallModel('SingleHeadMLP'), { features: 5000, gamma: 2, seed: 3 });
  const random = new RandomStream(1, 'inputs');
  const images = Float32Array.from({ length: 5 * 16 }, () => 0.5 * random.normal());
  const rows = trainer.features(images);
  for (let i = 0; i < 5; i++) {
    for (let j = 0; j < 5; j++) {
      const product = rows[i].reduce((sum, value, f) => sum + value * rows[j][f], 0);
      const distance = Array.from({ length: 16 }, (_, p) => (images[i * 16 + p] - images[j * 16 + p]) ** 2).reduce(
        (a, b) => a + b,
      );
      assert.ok(Math.abs(product - Math.exp((-2 / 16) * distance)) < 0.06, `${i}, ${j}: ${product}, distance² ${distance}`);
    }
  }
});

test('the seed decides the features, and options out of range are refused', () => {
  const features = (seed: number) =>
    new Open(smallModel('SingleHeadMLP'), { features: 4, seed }).features(new Float32Array(16).fill(1));
  assert.deepEqual(features(1), features(1));
  assert.notDeepEqual(features(1), features(2));
  assert.throws(
    () => new RanDumb(smallModel('DomainMLP'), { features: 0 }),
    /RanDumb: features must be a whole number between 1/,
  );
});
