import type { Kernels, Value } from '../../src/backend';
import { RandomStream } from '../../src/utils/random';

const random = new RandomStream(2, 'images');
const floats = (n: number) => Float32Array.from({ length: n }, () => random.normal());

/** Convolutions of 2 images of 6 × 5 pixels with 3 channels by a 3 × 2 filter with 4 outputs, windows [oh, ow]. */
export const CONVOLUTIONS = [
  { window: { stride: 1, padding: 'valid' }, out: [4, 4] },
  { window: { stride: 1, padding: 'same' }, out: [6, 5] },
  { window: { stride: 2, padding: 'valid' }, out: [2, 2] },
  { window: { stride: 2, padding: 'same' }, out: [3, 3] },
] as const;
export const IMAGES = floats(2 * 6 * 5 * 3);
export const FILTER = floats(3 * 2 * 3 * 4);
export const SHAPES = { images: [2, 6, 5, 3], filter: [3, 2, 3, 4] };
/** Gradients with respect to the outputs; enough for the largest of them. */
export const DELTAS = floats(2 * 6 * 5 * 4);
/** Few different numbers, so that windows have several largest entries. */
export const TIES = IMAGES.map((x) => Math.max(0, Math.round(x)));

const images = (k: Kernels) => k.tensor(IMAGES, SHAPES.images);
const filter = (k: Kernels) => k.tensor(FILTER, SHAPES.filter);
const delta = (k: Kernels, [height, width]: readonly [number, number]) =>
  k.tensor(DELTAS.slice(0, 2 * height * width * 4), [2, height, width, 4]);

function pooled(k: Kernels, numbers: Float32Array, size: number): Value[] {
  const x = k.tensor(numbers, SHAPES.images);
  const y = k.maxPool(x, size);
  const dy = k.tensor(
    DELTAS.slice(
      0,
      y.shape.reduce((product, n) => product * n, 1),
    ),
    y.shape,
  );
  return [y, k.maxPoolGrad(dy, x, y, size)];
}

/** The kernels of images on random numbers. */
export const IMAGE_CASES: Record<string, (k: Kernels) => Value[]> = {
  conv2d: (k) => CONVOLUTIONS.map(({ window }) => k.conv2d(images(k), filter(k), window)),
  conv2dInputGrad: (k) =>
    CONVOLUTIONS.map(({ window, out }) => k.conv2dInputGrad(delta(k, out), filter(k), SHAPES.images, window)),
  conv2dFilterGrad: (k) =>
    CONVOLUTIONS.map(({ window, out }) => k.conv2dFilterGrad(images(k), delta(k, out), SHAPES.filter, window)),
  patches: (k) =>
    CONVOLUTIONS.flatMap(({ window }) => [k.patches(images(k), [3, 2], window), k.patches(images(k), [1, 1], window)]),
  maxPool: (k) => [2, 3].map((size) => k.maxPool(images(k), size)),
  maxPoolGrad: (k) => [2, 3].flatMap((size) => [...pooled(k, IMAGES, size), ...pooled(k, TIES, size)]),
  meanPool: (k) => [2, 3].map((size) => k.meanPool(images(k), size)),
  meanPoolGrad: (k) =>
    [2, 3].map((size) => {
      const { shape } = k.meanPool(images(k), size);
      return k.meanPoolGrad(
        k.tensor(
          DELTAS.slice(
            0,
            shape.reduce((product, n) => product * n, 1),
          ),
          shape,
        ),
        SHAPES.images,
        size,
      );
    }),
};
