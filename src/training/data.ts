import type { TaskLoader } from '../data/loader';
import { checkList, problem, shown } from '../utils/errors';

/** Samples to train on: those of one task (a `TaskLoader` is one), or of several together. */
export interface TrainingData {
  /** Number of samples. */
  readonly size: number;
  /** Samples a batch. */
  readonly batchSize: number;
  /** Batches an epoch, the smaller last one included. */
  readonly batchesPerEpoch: number;
  /** The order in which an epoch visits the samples: numbers 0 … size−1. */
  epoch(index: number): Int32Array;
  /** Inputs of the samples `start … start+count−1`, written into `out` [count · inputSize]. */
  fill(out: Float32Array, start: number, count: number): void;
  /** The labels of all samples; [size]. */
  labels(): Int32Array;
  /** The task of each sample, where they are of several; [size]. */
  taskIds?(): Int32Array;
}

/** A stream of tasks: what `getSplitMnist` and its siblings return, or a user's own loaders. */
export interface TaskLoaders {
  /** One loader a task, in the order of training. */
  readonly trainLoaders: readonly TaskLoader[];
  /** One loader a task, in the same order. */
  readonly testLoaders: readonly TaskLoader[];
  /** Fingerprint of the stream, where it is known; it goes along into the tracker, so that `passesGate` can compare it. */
  readonly fingerprint?: string;
}

/**
 * The samples of several tasks as one set (what Joint and Cumulative learn from), in batches of the first one's size.
 *
 * @param loaders training data of the tasks, at least one
 * @param order gives the order of an epoch over all samples, e.g. `(epoch, size) => new RandomStream(seed, 'epoch ' + epoch).permutation(size)`
 */
export function together(loaders: readonly TaskLoader[], order: (epoch: number, size: number) => Int32Array): TrainingData {
  checkList('together', 'loaders', loaders);
  const wrong = loaders.findIndex((loader) => typeof loader?.task?.inputSize !== 'number');
  if (wrong >= 0) throw problem('together', `loaders[${wrong}] is ${shown(loaders[wrong])}`, 'pass training loaders of a stream');
  const starts: number[] = [];
  let size = 0;
  for (const loader of loaders) {
    starts.push(size);
    size += loader.size;
  }
  const { batchSize, task } = loaders[0];
  const inputSize = task.inputSize;
  return {
    size,
    batchSize,
    batchesPerEpoch: Math.ceil(size / batchSize),
    epoch: (index) => order(index, size),
    fill(out, start, count) {
      loaders.forEach((loader, i) => {
        const from = Math.max(start, starts[i]);
        const to = Math.min(start + count, starts[i] + loader.size);
        if (from < to)
          loader.fill(out.subarray((from - start) * inputSize, (to - start) * inputSize), from - starts[i], to - from);
      });
    },
    labels: () => joined(loaders.map((loader) => loader.labels())),
    taskIds: () => joined(loaders.map((loader) => new Int32Array(loader.size).fill(loader.task.id))),
  };
}

/** Arrays one after the other. */
function joined(arrays: readonly Int32Array[]): Int32Array {
  const all = new Int32Array(arrays.reduce((total, { length }) => total + length, 0));
  let start = 0;
  for (const array of arrays) {
    all.set(array, start);
    start += array.length;
  }
  return all;
}
