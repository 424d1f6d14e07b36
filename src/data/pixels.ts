/** How a task sees an image differently; the same for all images of the task. */
export type PixelMap = PixelPermutation | BilinearMap;

/** Pixels change places. */
export interface PixelPermutation {
  readonly kind: 'permutation';
  /** Pixel j of the result is pixel `order[j]` of the image; [pixels]. */
  readonly order: Int32Array;
}

/** Every pixel of the result is a weighted mean of four pixels of the image. */
export interface BilinearMap {
  readonly kind: 'bilinear';
  /** Positions of the four neighbours of each pixel; [pixels · 4]. */
  readonly neighbours: Int32Array;
  /** Their weights, 0 for a neighbour outside the image (black); [pixels · 4]. */
  readonly weights: Float32Array;
}

/**
 * Some images as rows of numbers: each pixel mapped, then value · factor + offset.
 *
 * @param images all pixels, [n · pixels]
 * @param positions which images, in the order wanted
 * @param pixels numbers per image
 * @param out where to write, [positions.length · pixels]. Default: a new array
 * @returns `out`, row after row
 */
export function convertPixels(
  images: Uint8Array | Float32Array,
  positions: Int32Array,
  pixels: number,
  map: PixelMap | undefined,
  factor: number,
  offset: number,
  out: Float32Array = new Float32Array(positions.length * pixels),
): Float32Array {
  for (let row = 0; row < positions.length; row++) {
    const from = positions[row] * pixels;
    const to = row * pixels;
    if (map === undefined) {
      for (let j = 0; j < pixels; j++) out[to + j] = images[from + j] * factor + offset;
    } else if (map.kind === 'permutation') {
      const { order } = map;
      for (let j = 0; j < pixels; j++) out[to + j] = images[from + order[j]] * factor + offset;
    } else blendRow(images, from, out, to, pixels, map, factor, offset);
  }
  return out;
}

function blendRow(
  images: Uint8Array | Float32Array,
  from: number,
  out: Float32Array,
  to: number,
  pixels: number,
  { neighbours, weights }: BilinearMap,
  factor: number,
  offset: number,
): void {
  for (let j = 0, k = 0; j < pixels; j++, k += 4) {
    const value =
      images[from + neighbours[k]] * weights[k] +
      images[from + neighbours[k + 1]] * weights[k + 1] +
      images[from + neighbours[k + 2]] * weights[k + 2] +
      images[from + neighbours[k + 3]] * weights[k + 3];
    out[to + j] = value * factor + offset;
  }
}

/**
 * Turns an image about its centre, with bilinear interpolation; what comes from outside the image is black.
 *
 * @param degrees counter-clockwise, as torchvision's `rotate`
 */
export function rotationMap(width: number, height: number, degrees: number): BilinearMap {
  const [cos, sin] = cosSin(degrees);
  const [centreX, centreY] = [(width - 1) / 2, (height - 1) / 2];
  const neighbours = new Int32Array(width * height * 4);
  const weights = new Float32Array(width * height * 4);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const dx = (pixel % width) - centreX;
    const dy = Math.floor(pixel / width) - centreY;
    const x = centreX + cos * dx - sin * dy; // where this pixel comes from
    const y = centreY + sin * dx + cos * dy;
    const [left, top] = [Math.floor(x), Math.floor(y)];
    for (let corner = 0; corner < 4; corner++) {
      const [column, row] = [left + (corner & 1), top + (corner >> 1)];
      if (column < 0 || column >= width || row < 0 || row >= height) continue;
      neighbours[4 * pixel + corner] = row * width + column;
      weights[4 * pixel + corner] = (1 - Math.abs(x - column)) * (1 - Math.abs(y - row));
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
