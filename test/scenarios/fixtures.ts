import { datasetHash } from '../../src/data/dataset';
import type { Dataset } from '../../src/data/dataset';
import type { TaskLoader } from '../../src/data/loader';
import type { TaskStream } from '../../src/scenarios/stream';

/** How many samples of each served label a loader holds, e.g. `{ 0: 5, 1: 5 }`. */
export function labelCounts(loader: TaskLoader): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const label of loader.hostData().labels) counts[label] = (counts[label] ?? 0) + 1;
  return counts;
}

/** The images of a loader as texts, ascending: two loaders hold the same images exactly when these are equal. */
export function imageKeys(loader: TaskLoader): string[] {
  return loader
    .sampleImages(loader.size)
    .map((row) => row.join())
    .sort();
}

/** The same data set; whoever reads a test input or label after this gets an error. Its checksum is taken before. */
export function withoutTestData(dataset: Dataset): Dataset {
  datasetHash(dataset);
  const guard = <T extends object>(array: T): T =>
    new Proxy(array, {
      get: () => {
        throw new Error('test data is read');
      },
    });
  const { inputs, labels } = dataset.test;
  return Object.assign(dataset, { test: { inputs: guard(inputs), labels: guard(labels) } });
}

/** Everything a stream serves, in order. */
export function contents({ trainLoaders, validationLoaders, testLoaders }: TaskStream): string {
  const all = [...trainLoaders, ...validationLoaders, ...testLoaders];
  return all
    .map(
      (loader) =>
        `${loader.epoch(0).join()} ${JSON.stringify(loader.hostData(), (_, v: unknown) => (ArrayBuffer.isView(v) ? Array.from(v as Float32Array) : v))}`,
    )
    .join('\n');
}
