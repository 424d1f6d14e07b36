import { poolShape } from '../../backend';
import type { Kernels, Value } from '../../backend';
import { checkNumber, problem } from '../../utils/errors';
import type { ImageShape } from './conv2d';

/** What becomes of each window: its largest entry, its mean, or no pooling at all. */
export type Pooling = 'max' | 'mean' | 'none';

/**
 * Pools images over `size` × `size` windows side by side, as PyTorch's `max_pool2d` and `avg_pool2d`: rows and columns that fill no
 * window are left out.
 *
 * @param x [n, h, w, c]
 * @returns [n, ⌊h/size⌋, ⌊w/size⌋, c]; x itself for `'none'`
 */
export function pool(k: Kernels, x: Value, kind: Pooling, size = 2): Value {
  if (kind === 'none') return x;
  return kind === 'max' ? k.maxPool(x, size) : k.meanPool(x, size);
}

/**
 * The shape of pooled images.
 *
 * @param subject whose pooling it is, for the error message
 * @throws when the kind is unknown or the images are smaller than a window
 */
export function pooledShape(subject: string, image: ImageShape, kind: Pooling, size = 2): ImageShape {
  if (kind === 'none') return image;
  if (kind !== 'max' && kind !== 'mean') throw problem(subject, `unknown pool '${String(kind)}'`, 'use max, mean or none');
  checkNumber(subject, 'pool size', size, { min: 1, integer: true });
  const [, height, width, channels] = poolShape([1, ...image], size);
  if (height < 1 || width < 1) {
    throw problem(subject, `images of ${image[0]}×${image[1]} are too small to be pooled by ${size}`, "use pool: 'none'");
  }
  return [height, width, channels];
}
