import type { InputDescription } from './dataset';
import type { StoredInputs } from './inputs';

/** How a task sees an input differently; the same for all inputs of the task. */
export type PixelMap = PixelPermutation | BilinearMap;

/** Pixels, or features, change places. */
export interface PixelPermutation {
  /** Tells the two kinds of map apart. */
  readonly kind: 'permutation';
  /** Number j of the result is number `order[j]` of the input; [inputs]. */
  readonly order: Int32Array;
}

/** Every number of the result is a weighted mean of four of the image, all of one channel. */
export interface BilinearMap {
  /** Tells the two kinds of map apart. */
  readonly kind: 'bilinear';
  /** Positions of the four neighbours of each number; [inputs · 4]. */
  readonly neighbours: Int32Array;
  /** Their weights, 0 for a neighbour outside the image (black); [inputs · 4]. */
  readonly weights: Float32Array;
}

/** value · factor + offset for each number of the result; one of each per channel (number j is of channel j mod channels) or feature. */
export interface Scale {
  /** [channels] */
  readonly factor: Float64Array;
  /** [channels] */
  readonly offset: Float64Array;
}

/**
 * The scale that standardises what a task serves: (value / unit − mean) / std.
 *
 * @param map where it lets features change places, their scales go along; pixels stay in their channel
 */
export function standardisingScale({ shape, mean, std }: InputDescription, unit: number, map?: PixelMap): Scale {
  const moved = map?.kind === 'permutation' && shape.length === 1 ? Array.from(map.order) : mean.map((_, c) => c);
  return {
    factor: Float64Array.from(moved, (c) => 1 / std[c] / unit),
    offset: Float64Array.from(moved, (c) => -mean[c] / std[c]),
  };
}

/** The scale that leaves inputs as they are, bytes as 0 … 1. */
export function plainScale(unit: number): Scale {
  return { factor: Float64Array.of(1 / unit), offset: Float64Array.of(0) };
}

/**
 * Some inputs as rows of numbers: mapped, then scaled. Channel by channel, so that images of one channel, whose pixels are many,
 * are scaled with two numbers instead of two arrays (a third less time).
 *
 * @param inputs all inputs, [n · size]
 * @param positions which of them, in the order wanted
 * @param size numbers per input
 * @param out where to write, [positions.length · size]. Default: a new array
 * @returns `out`, row after row
 */
export function convertInputs(
  inputs: StoredInputs,
  positions: Int32Array,
  size: number,
  map: PixelMap | undefined,
  { factor, offset }: Scale,
  out: Float32Array = new Float32Array(positions.length * size),
): Float32Array {
  const channels = factor.length;
  const order = map?.kind === 'permutation' ? map.order : undefined; // once: it may be drawn anew at every look
  for (let row = 0; row < positions.length; row++) {
    const from = positions[row] * size;
    const to = row * size;
    for (let c = 0; c < channels; c++) {
      const [f, o] = [factor[c], offset[c]];
      if (map === undefined) {
        for (let j = c; j < size; j += channels) out[to + j] = inputs[from + j] * f + o;
      } else if (order !== undefined) {
        for (let j = c; j < size; j += channels) out[to + j] = inputs[from + order[j]] * f + o;
      } else {
        for (let j = c; j < size; j += channels) out[to + j] = blend(inputs, from, map as BilinearMap, 4 * j) * f + o;
      }
    }
  }
  return out;
}

/** The weighted mean of the four neighbours at k … k+3. */
function blend(inputs: StoredInputs, from: number, { neighbours, weights }: BilinearMap, k: number): number {
  return (
    inputs[from + neighbours[k]] * weights[k] +
    inputs[from + neighbours[k + 1]] * weights[k + 1] +
    inputs[from + neighbours[k + 2]] * weights[k + 2] +
    inputs[from + neighbours[k + 3]] * weights[k + 3]
  );
}

/**
 * A permutation of pixels as one of all numbers of an image: the channels of a pixel stay together. The order is drawn when it is
 * asked for and not kept: a stream of hundreds of permutations takes no memory for them.
 *
 * @param draw gives the order of the pixels, the same at every call
 */
export function pixelPermutation(draw: () => Int32Array, channels: number): PixelPermutation {
  return {
    kind: 'permutation',
    get order() {
      return withChannels(draw(), channels);
    },
  };
}

function withChannels(order: Int32Array, channels: number): Int32Array {
  if (channels === 1) return order;
  return Int32Array.from(
    { length: order.length * channels },
    (_, j) => order[Math.floor(j / channels)] * channels + (j % channels),
  );
}

/**
 * Turns an image about its centre, with bilinear interpolation; what comes from outside the image is black.
 *
 * @param degrees counter-clockwise, as torchvision's `rotate`
 * @param channels numbers per pixel, side by side; each channel is turned by itself
 */
export function rotationMap(width: number, height: number, degrees: number, channels = 1): BilinearMap {
  const [cos, sin] = cosSin(degrees);
  const [centreX, centreY] = [(width - 1) / 2, (height - 1) / 2];
  const neighbours = new Int32Array(width * height * channels * 4);
  const weights = new Float32Array(width * height * channels * 4);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const dx = (pixel % width) - centreX;
    const dy = Math.floor(pixel / width) - centreY;
    const x = centreX + cos * dx - sin * dy; // where this pixel comes from
    const y = centreY + sin * dx + cos * dy;
    const [left, top] = [Math.floor(x), Math.floor(y)];
    for (let corner = 0; corner < 4; corner++) {
      const [column, row] = [left + (corner & 1), top + (corner >> 1)];
      if (column < 0 || column >= width || row < 0 || row >= height) continue;
      for (let channel = 0; channel < channels; channel++) {
        const at = 4 * (pixel * channels + channel) + corner;
        neighbours[at] = (row * width + column) * channels + channel;
        weights[at] = (1 - Math.abs(x - column)) * (1 - Math.abs(y - row));
      }
    }
  }
  return { kind: 'bilinear', neighbours, weights };
}

/** Exact at quarter turns, where Math.cos would leave 6e-17. */
function cosSin(degrees: number): [number, number] {
  const turn = ((degrees % 360) + 360) % 360;
  if (turn % 90 === 0)
    return (
      [
        [1, 0],
        [0, 1],
        [-1, 0],
        [0, -1],
      ] as [number, number][]
    )[turn / 90];
  const radians = (turn * Math.PI) / 180;
  return [Math.cos(radians), Math.sin(radians)];
}
