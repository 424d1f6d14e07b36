import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Dataset } from '../../../src';
import type * as Library from '../../../src';
import { MNIST_NORMALISATION } from '../../../src/data/dataset';

/** Writes `count` random images into a folder; every engine reads this file. */
export function writeData(folder: string, count: number): void {
  writeFileSync(join(folder, 'images.u8'), randomBytes(count * 784));
}

/** Random images as data sets, all from `--data FOLDER`. */
export class RandomImages {
  private readonly images = new Uint8Array(readFileSync(join(argument('data')!, 'images.u8')));

  /** @param library makes the data sets */
  constructor(private readonly library: Pick<typeof Library, 'datasetFromArrays'>) {}

  /**
   * A data set of two classes. All but the first image have the same label: so past tasks labelled 0 always conflict with a
   * present one labelled 1, and never with one labelled 0, on every engine alike.
   *
   * @param label the label of all but one image, 0 or 1
   */
  ofOneLabel(label: number): Dataset {
    return this.dataset((labels) => labels.fill(label).fill(1 - label, 0, 1), 2);
  }

  /** The images dealt out to classes in turn. */
  inClasses(classes: number): Dataset {
    return this.dataset((labels) => labels.map((_, i) => i % classes), classes);
  }

  private dataset(fill: (labels: Uint8Array) => Uint8Array, classes: number): Dataset {
    const { images } = this;
    const train = { images, labels: fill(new Uint8Array(images.length / 784)) };
    const test = { images: images.subarray(0, classes * 784), labels: Uint8Array.from({ length: classes }, (_, i) => i) };
    return this.library.datasetFromArrays({ name: 'random', train, test, width: 28, height: 28, ...MNIST_NORMALISATION });
  }
}

/** The value of `--name` among the arguments of an engine's process; undefined without it. */
export function argument(name: string): string | undefined {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1];
}
