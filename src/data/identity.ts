import { createHash } from 'node:crypto';
import { datasetHash, type Dataset } from './dataset';
import type { PixelMap } from './pixels';
import type { Task } from './task';

/** What decides the samples a loader serves, and how. */
export interface Served {
  readonly task: Task;
  readonly split: string;
  readonly dataset: Dataset;
  readonly positions: Int32Array;
  readonly labelOf: ArrayLike<number> | undefined;
  readonly relabelled: ReadonlyMap<number, number> | undefined;
  readonly inOrder: boolean;
  readonly pixelMap: PixelMap | undefined;
  readonly seed: number;
}

/** Two hashes of 12 hexadecimal digits: of the task as such, and of all that one loader of it serves. */
export function loaderIdentity({ task, split, dataset, positions, labelOf, relabelled, inOrder, pixelMap, seed }: Served): {
  task: string;
  data: string;
} {
  const { id, name, scenario, classes, classNames, boundaries, online } = task;
  const what: unknown[] = [datasetHash(dataset), id, name, scenario, classes, classNames, labelOf ? Array.from(labelOf) : null];
  if (boundaries || online) what.push({ boundaries, online });
  const ofTask = hash(JSON.stringify(what), ...arraysOf(pixelMap));
  // What came later is there only where it is used, so that data served as before keeps its fingerprint.
  const later = [...(relabelled?.size ? [{ relabelled: [...relabelled] }] : []), ...(inOrder ? [{ inOrder }] : [])];
  return { task: ofTask, data: hash(JSON.stringify([ofTask, split, seed, ...later]), positions) };
}

function arraysOf(map: PixelMap | undefined): ArrayBufferView[] {
  if (map === undefined) return [];
  return map.kind === 'permutation' ? [map.order] : [map.neighbours, map.weights];
}

function hash(text: string, ...arrays: ArrayBufferView[]): string {
  const sum = createHash('sha1').update(text);
  for (const { buffer, byteOffset, byteLength } of arrays) sum.update(new Uint8Array(buffer, byteOffset, byteLength));
  return sum.digest('hex').slice(0, 12);
}
