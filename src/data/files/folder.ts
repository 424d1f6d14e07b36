import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { checkText, problem, shown } from '../../utils/errors';
import type { Dataset, SampleSet } from '../dataset';
import { readIdx } from './idx';
import { isFile, isFolder } from './readBytes';

/** Where the data may be read from. */
export interface LoadOptions {
  /**
   * A folder with the four IDX files (`train-images-idx3-ubyte`, …, each also as `.gz`), or with a subfolder `mnist` or
   * `fashion-mnist` that holds them. Default: the subfolder of the folder that the environment variable CL_DATA_DIR names,
   * else (also where that folder holds only the other data set) the npm package.
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

/** One expected SHA-1 sum per file of `IDX_FILES`. */
export type Checksums = Readonly<Record<keyof typeof IDX_FILES, string>>;

/** The subfolders that a folder of several data sets may have. */
const SUBFOLDERS = ['mnist', 'fashion-mnist'] as const;
type Subfolder = (typeof SUBFOLDERS)[number];

/**
 * The folder a user asked for, by option or by CL_DATA_DIR; undefined where neither is given, or CL_DATA_DIR holds only the
 * other data set.
 *
 * @param name the data set, for messages
 * @throws when the option or the variable names no folder, or one without the files
 */
export function chosenFolder(name: string, subfolder: Subfolder, option: string | undefined): string | undefined {
  if (option !== undefined) return folderOfOption(name, subfolder, option);
  const base = process.env.CL_DATA_DIR;
  return base ? folderOfVariable(name, subfolder, base) : undefined;
}

function folderOfOption(name: string, subfolder: Subfolder, base: string): string {
  checkText(name, 'the data folder', base);
  const subject = `${name}: the data folder ${shown(base)}`;
  checkFolder(subject, base);
  const found = [join(base, subfolder), base].find(holdsImages);
  if (found !== undefined) return resolve(found);
  const remedy = `put the four IDX files there or into its subfolder ${subfolder}`;
  throw problem(subject, `holds no ${IDX_FILES.trainImages}`, remedy);
}

/** CL_DATA_DIR serves all data sets, so only its subfolders can tell which one the files belong to. */
function folderOfVariable(name: string, subfolder: Subfolder, base: string): string | undefined {
  const subject = `${name}: the environment variable CL_DATA_DIR ${shown(base)}`;
  checkFolder(subject, base);
  const own = join(base, subfolder);
  if (holdsImages(own)) return resolve(own);
  if (isFolder(own)) {
    throw problem(subject, `its subfolder ${subfolder} holds no ${IDX_FILES.trainImages}`, 'put the four IDX files there');
  }
  if (SUBFOLDERS.some((other) => holdsImages(join(base, other)))) return undefined;
  const remedy = `put the four IDX files into its subfolder ${subfolder}, or unset it to use the npm package`;
  throw problem(subject, `has no subfolder ${SUBFOLDERS.join(' or ')} with IDX files`, remedy);
}

function checkFolder(subject: string, path: string): void {
  if (isFolder(path)) return;
  throw problem(subject, isFile(path) ? 'is a file, not a folder' : 'does not exist', 'correct the path or leave it out');
}

const holdsImages = (folder: string) => findFile(folder, IDX_FILES.trainImages) !== undefined;

/** The content of a folder in MNIST's layout. */
export interface IdxFolder {
  /** Training images and labels. */
  train: SampleSet;
  /** Test images and labels. */
  test: SampleSet;
  /** [height, width, 1] */
  shape: [number, number, 1];
}

/**
 * Reads the four files of a folder and checks that they belong together.
 *
 * @param folder where they are, plain or with the ending `.gz`
 * @param classes labels must be below this
 * @param checksums SHA-1 sums to insist on; left out for a user's own folder
 */
export function readIdxFolder(folder: string, classes: number, checksums?: Checksums): IdxFolder {
  const file = (key: keyof typeof IDX_FILES) => {
    const path = findFile(folder, IDX_FILES[key]) ?? join(folder, IDX_FILES[key]);
    const content = readIdx(path);
    if (checksums && content.sha1 !== checksums[key]) {
      const reason = `checksum mismatch: SHA-1 ${content.sha1} instead of ${checksums[key]}`;
      throw problem(path, reason, 'the file was changed or damaged; install it again (npm ci)');
    }
    return { path, shape: content.shape, data: content.data };
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
  return { train: train.set, test: test.set, shape: [train.height, train.width, 1] };
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

function pair(images: IdxFile, labels: IdxFile, classes: number): { set: SampleSet; width: number; height: number } {
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
  return { set: { inputs: images.data, labels: labels.data }, width, height };
}

/**
 * The file under its usual name or with a dot before `idx` as in some mirrors, each also with `.gz`, or in a folder of its own
 * name, as some archives unpack. Only regular files count.
 */
function findFile(folder: string, name: string): string | undefined {
  const dotted = name.replace('-idx', '.idx');
  const names = [name, dotted, `${name}.gz`, `${dotted}.gz`];
  return [...names, ...names.map((each) => join(each, each))].map((each) => join(folder, each)).find(isFile);
}
