import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MNIST_NORMALISATION, type Dataset } from '../../../src/data/dataset';
import { datasetFromArrays } from '../../../src/data/fromArrays';

/** Writes `count` random images into a folder; every engine reads this file. */
export function writeData(folder: string, count: number): void {
  writeFileSync(join(folder, 'images.u8'), randomBytes(count * 784));
}

/**
 * The folder's images as a data set of two classes, normalised as MNIST. All but the first image have the same label: so
 * past tasks labelled 0 always conflict with a present one labelled 1, and never with one labelled 0, on every engine alike.
 *
 * @param label the label of all but one image, 0 or 1
 */
export function readData(folder: string, label: number): Dataset {
  return random(folder, (labels) => labels.fill(label).fill(1 - label, 0, 1), 2);
}

/** The folder's images dealt out to classes in turn. */
export function readClasses(folder: string, classes: number): Dataset {
  return random(folder, (labels) => labels.map((_, i) => i % classes), classes);
}

function random(folder: string, fill: (labels: Uint8Array) => Uint8Array, classes: number): Dataset {
  const images = new Uint8Array(readFileSync(join(folder, 'images.u8')));
  const train = { images, labels: fill(new Uint8Array(images.length / 784)) };
  const test = { images: images.subarray(0, classes * 784), labels: Uint8Array.from({ length: classes }, (_, i) => i) };
  return datasetFromArrays({ name: 'random', train, test, width: 28, height: 28, ...MNIST_NORMALISATION });
}

/** The value of `--name` among the arguments of an engine's process. */
export function argument(name: string): string {
  return process.argv[process.argv.indexOf(`--${name}`) + 1];
}
