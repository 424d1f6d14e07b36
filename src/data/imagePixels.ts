import { checkChoice, checkNumber, problem, withDefaults } from '../utils/errors';
import { checkDataset, finishDataset, isImage, sizeOf, type Dataset, type SampleSet } from './dataset';

/** How the pixels of images are served; options of the built-in image streams. */
export interface PixelOptions {
  /** `'standardised'` (default): (x − mean) / deviation, as the data set says; `'unit'`: 0 … 1, as they are. */
  pixels?: 'standardised' | 'unit';
  /** Black pixels added on each side: 2 makes 28×28 images 32×32. Mean and deviation count them. Default: none. */
  pad?: number;
}

/** The defaults of `PixelOptions`; absent, so that specs of runs from before they came stay what they were. */
export const PIXEL_DEFAULTS: { [K in keyof Required<PixelOptions>]: PixelOptions[K] } = { pixels: undefined, pad: undefined };

const made = new WeakMap<Dataset, Map<string, Dataset>>();
/** What data sets made here were made from, and how. */
const origins = new WeakMap<Dataset, { source: Dataset; pixels: 'standardised' | 'unit'; pad: number }>();

/**
 * A data set of images whose pixels are served in another way. It is made once for each data set and way. Of a data set made so already,
 * what is not named stays, frames add up, and `'standardised'` takes back `'unit'`: unit pixels with a frame are unit pixels.
 *
 * @param dataset images; it stays as it is. Where its mean is 0 and its deviation 1 it is served as it is, and a frame changes neither
 * @param options `{pixels: 'standardised', pad: 0}`
 * @returns the data set itself where nothing changes
 * @throws for unknown options, where the inputs are no images, and for a frame with which the images do not fit into memory
 * @example splitScenario(withPixels(loadMnist(), { pixels: 'unit', pad: 2 }))
 */
export function withPixels(dataset: Dataset, options?: PixelOptions): Dataset {
  const subject = 'withPixels';
  checkDataset(subject, dataset);
  const origin = origins.get(dataset) ?? { source: dataset, pixels: 'standardised', pad: 0 };
  const { pixels = origin.pixels, pad: more = 0 } = withDefaults<PixelOptions>(subject, options, PIXEL_DEFAULTS);
  checkChoice(subject, 'pixels', pixels, ['standardised', 'unit']);
  checkNumber(subject, 'pad (pixels)', more, { min: 0, max: 1000, integer: true });
  const { source } = origin;
  const pad = origin.pad + more;
  if (pixels === 'standardised' && pad === 0) return source;
  if (!isImage(source.shape)) {
    throw problem(subject, `inputs of data set '${source.name}' are no images`, 'leave pixels and pad out');
  }
  const ways = made.get(source) ?? new Map<string, Dataset>();
  made.set(source, ways);
  const way = `${pixels} ${pad}`;
  const found = ways.get(way) ?? changed(source, pixels === 'unit', pad);
  ways.set(way, found);
  origins.set(found, { source, pixels, pad });
  return found;
}

function changed(dataset: Dataset, unit: boolean, pad: number): Dataset {
  const [height, width, channels] = dataset.shape;
  const shape = [height + 2 * pad, width + 2 * pad, channels];
  const share = (height * width) / (shape[0] * shape[1]); // of the pixels that are not added
  const mean = dataset.mean.map((value) => value * share);
  const std = dataset.std.map((value, c) => Math.sqrt((value ** 2 + dataset.mean[c] ** 2) * share - mean[c] ** 2));
  const asTheyAre = unit || (dataset.mean.every((value) => value === 0) && dataset.std.every((value) => value === 1));
  const { width: _, height: __, ...parts } = dataset;
  return finishDataset({
    ...parts,
    shape,
    mean: asTheyAre ? 0 : mean,
    std: asTheyAre ? 1 : std,
    ...(pad > 0 && { train: padded(dataset.train, dataset.shape, pad), test: padded(dataset.test, dataset.shape, pad) }),
  });
}

/** The same images with a black frame. */
function padded({ inputs, labels }: SampleSet, shape: readonly number[], pad: number): SampleSet {
  const [height, width, channels] = shape;
  const [line, wide] = [width * channels, (width + 2 * pad) * channels];
  const from = sizeOf(shape);
  const to = (height + 2 * pad) * wide;
  const out = room(inputs.constructor as new (length: number) => SampleSet['inputs'], labels.length, shape, pad);
  for (let image = 0; image < labels.length; image++) {
    for (let row = 0; row < height; row++) {
      const start = image * from + row * line;
      out.set(inputs.subarray(start, start + line), image * to + (row + pad) * wide + pad * channels);
    }
  }
  return { inputs: out, labels };
}

/** An array for so many images with their frame. */
function room<T>(type: new (length: number) => T, count: number, [height, width, channels]: readonly number[], pad: number): T {
  const [high, wide] = [height + 2 * pad, width + 2 * pad];
  try {
    return new type(count * high * wide * channels);
  } catch {
    throw problem('withPixels', `${count} images of ${wide}×${high} do not fit into memory`, `use a pad smaller than ${pad}`);
  }
}
