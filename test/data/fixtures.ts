import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Dataset } from '../../src/data/dataset';
import { IDX_FILES } from '../../src/data/files/folder';
import { writeIdx } from '../../src/data/files/idx';
import { datasetFromArrays } from '../../src/data/fromArrays';

/** A folder of its own for one test, removed afterwards. */
export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'continual-learning-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Four IDX files of 3×2 images: 20 for training, 10 for testing; pixel p of image i is (7 i + p) mod 256. */
export function writeTinyFolder(folder: string): void {
  for (const [count, images, labels] of [
    [20, IDX_FILES.trainImages, IDX_FILES.trainLabels],
    [10, IDX_FILES.testImages, IDX_FILES.testLabels],
  ] as const) {
    writeIdx(join(folder, images), [count, 2, 3], tinyPixels(count, 6));
    writeIdx(
      join(folder, labels),
      [count],
      Uint8Array.from({ length: count }, (_, i) => i % 10),
    );
  }
}

/** Pixels that tell images and places apart. */
function tinyPixels(count: number, pixels: number): Uint8Array {
  return Uint8Array.from({ length: count * pixels }, (_, k) => (7 * Math.floor(k / pixels) + (k % pixels)) % 256);
}

/** A small data set: every image differs, labels run through the classes; `perClass` training and 5 test images of each. */
export function tinyDataset({ classes = 10, perClass = 20, width = 4, height = 4 } = {}): Dataset {
  const set = (count: number, first: number) => ({
    images: Uint8Array.from({ length: count * width * height }, (_, k) => ((k + first) * 2654435761) >>> 24),
    labels: Uint8Array.from({ length: count }, (_, i) => i % classes),
  });
  return datasetFromArrays({ name: 'tiny', train: set(classes * perClass, 0), test: set(classes * 5, 1_000_000), width, height });
}
