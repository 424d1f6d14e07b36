/** Whether a convolution's windows stay inside the image, or the image gets zeros around it so that stride 1 keeps its size. */
export type Padding = 'valid' | 'same';

/** How the window of a convolution moves over the image. */
export interface ConvWindow {
  /** Pixels from one window to the next, downwards and to the right; a whole number from 1 on. */
  readonly stride: number;
  /** `'same'` gives ⌈size / stride⌉ windows (an odd zero goes to the end, as in TensorFlow), `'valid'` those that fit. */
  readonly padding: Padding;
}

/** How windows lie along one axis of an image. */
export interface Windows {
  /** Number of windows. */
  readonly count: number;
  /** Zeros before the first pixel. */
  readonly before: number;
  /** Zeros after the last pixel. */
  readonly after: number;
}

/** The windows of `kernel` pixels along an axis of `size` pixels. */
export function windowsAlong(size: number, kernel: number, { stride, padding }: ConvWindow): Windows {
  if (padding === 'valid') return { count: Math.floor((size - kernel) / stride) + 1, before: 0, after: 0 };
  const count = Math.ceil(size / stride);
  const zeros = Math.max(0, (count - 1) * stride + kernel - size);
  return { count, before: Math.floor(zeros / 2), after: Math.ceil(zeros / 2) };
}

/** The shape of a convolution's output; [n, h, w, in] with a filter [kh, kw, in, out] → [n, oh, ow, out]. */
export function convShape(input: readonly number[], filter: readonly number[], window: ConvWindow): number[] {
  const [height, width] = [0, 1].map((axis) => windowsAlong(input[1 + axis], filter[axis], window).count);
  return [input[0], height, width, filter[3]];
}

/** The shape after pooling with windows of `size` × `size` pixels side by side; [n, h, w, c] → [n, ⌊h/size⌋, ⌊w/size⌋, c]. */
export function poolShape([n, height, width, channels]: readonly number[], size: number): number[] {
  return [n, Math.floor(height / size), Math.floor(width / size), channels];
}

/**
 * The patches of a convolution as slices of the padded images, one for each place in the kernel: side by side along the channels they
 * are [n, oh, ow, kh·kw·in].
 *
 * @returns zeros before and after (top, bottom, left, right), the slices' ends, and the shape [n·oh·ow, kh·kw·in]
 */
export function patchSlices(
  [n, height, width, channels]: readonly number[],
  kernel: readonly [number, number],
  window: ConvWindow,
) {
  const [down, right] = [windowsAlong(height, kernel[0], window), windowsAlong(width, kernel[1], window)];
  const reach = ({ count }: Windows) => (count - 1) * window.stride + 1;
  const slices = Array.from({ length: kernel[0] * kernel[1] }, (_, at) => {
    const [top, left] = [Math.floor(at / kernel[1]), at % kernel[1]];
    return {
      begin: [0, top, left, 0],
      end: [n, top + reach(down), left + reach(right), channels],
      size: [n, down.count, right.count, channels],
    };
  });
  return {
    padding: [down.before, down.after, right.before, right.after],
    slices,
    shape: [n * down.count * right.count, kernel[0] * kernel[1] * channels],
  };
}
