import assert from 'node:assert/strict';
import { test } from 'node:test';
import { together } from '../../src/training';
import { easyStream } from '../methods/fixtures';

const { trainLoaders } = easyStream('class-incremental'); // 80 samples each, batches of 16
const backwards = (_epoch: number, size: number) => Int32Array.from({ length: size }, (_, i) => size - 1 - i);
const all = together(trainLoaders, backwards);
const inputSize = 16;
const joined = trainLoaders.flatMap((loader) => Array.from(loader.hostData().images));

test('several tasks together have all their samples, labels and task ids, one task after the other', () => {
  assert.deepEqual([all.size, all.batchSize, all.batchesPerEpoch], [240, 16, 15]);
  assert.deepEqual(
    Array.from(all.labels()),
    trainLoaders.flatMap((loader) => Array.from(loader.labels())),
  );
  assert.deepEqual(
    Array.from(all.taskIds!()),
    [0, 1, 2].flatMap((id) => new Array<number>(80).fill(id)),
  );
});

test('any part of the inputs can be asked for, also across the border of two tasks', () => {
  for (const [start, count] of [
    [0, 240],
    [0, 1],
    [79, 2],
    [70, 100],
    [160, 80],
    [239, 1],
  ]) {
    // prettier-ignore
    const part = new Float32Array(count * inputSize).fill(-9);
    all.fill(part, start, count);
    assert.deepEqual(Array.from(part), joined.slice(start * inputSize, (start + count) * inputSize), `${start}, ${count}`);
  }
});

test('the order of an epoch is that of the caller, over all samples; the smaller last batch counts', () => {
  assert.deepEqual(Array.from(all.epoch(0).slice(0, 3)), [239, 238, 237]);
  const orders: number[] = [];
  const two = together(easyStream('class-incremental', 33).trainLoaders.slice(0, 2), (epoch, size) => {
    orders.push(epoch, size);
    return new Int32Array(size);
  });
  two.epoch(3);
  assert.deepEqual(orders, [3, 160]);
  assert.equal(two.batchesPerEpoch, 5);
});
