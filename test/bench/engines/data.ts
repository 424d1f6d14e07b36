import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { datasetFromArrays, MNIST_NORMALISATION, type Dataset } from '../../../src/data/dataset';

/** Writes `count` random images with alternating labels 0 and 1 into a folder; every engine reads these two files. */
export function writeData(folder: string, count: number): void {
  writeFileSync(join(folder, 'images.u8'), randomBytes(count * 784));
  writeFileSync(join(folder, 'labels.u8'), Uint8Array.from({ length: count }, (_, i) => i % 2));
}

/** The folder's images as a data set of two classes, normalised as MNIST. */
export function readData(folder: string): Dataset {
  const images = new Uint8Array(readFileSync(join(folder, 'images.u8')));
  const labels = new Uint8Array(readFileSync(join(folder, 'labels.u8')));
  const test = { images: images.subarray(0, 2 * 784), labels: labels.subarray(0, 2) };
  return datasetFromArrays({ name: 'random', train: { images, labels }, test, width: 28, height: 28, ...MNIST_NORMALISATION });
}

/** The value of `--name` among the arguments of an engine's process. */
export function argument(name: string): string {
  return process.argv[process.argv.indexOf(`--${name}`) + 1];
}
