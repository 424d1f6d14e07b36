import assert from 'node:assert/strict';
import { test } from 'node:test';
import { datasetHash } from '../../src/data/dataset';
import { syntheticDataset } from '../../src/data/synthetic';

test('synthetic data has balanced labels and uniform pixels', () => {
  const { train, test: testing } = syntheticDataset();
  assert.deepEqual([train.labels.length, testing.labels.length], [6000, 1000]);
  for (const { labels } of [train, testing]) {
    for (let k = 0; k < 10; k++) assert.equal(labels.filter((label: number) => label === k).length, labels.length / 10);
  }
  const counts = new Float64Array(256);
  for (const pixel of train.inputs) counts[pixel]++;
  const each = train.inputs.length / 256;
  const chiSquare = counts.reduce((sum, count) => sum + (count - each) ** 2 / each, 0);
  assert.ok(chiSquare > 150 && chiSquare < 400, `χ² with 255 degrees of freedom: ${chiSquare}`);
});

test('class means of synthetic data differ no more than chance allows: nothing to learn', () => {
  const { train } = syntheticDataset();
  for (let k = 0; k < 10; k++) {
    let sum = 0;
    for (let i = k; i < 6000; i += 10) for (let j = 0; j < 784; j++) sum += train.inputs[i * 784 + j];
    const error = Math.abs(sum / (600 * 784) - 127.5) / (73.9 / Math.sqrt(600 * 784));
    assert.ok(error < 4.5, `class ${k}: ${error} standard errors`);
  }
});

test('same seed, same synthetic data; other seed, other data; sizes by option', () => {
  const small = { trainSize: 50, testSize: 20 };
  assert.equal(datasetHash(syntheticDataset({ ...small, seed: 1 })), datasetHash(syntheticDataset({ ...small, seed: 1 })));
  assert.notEqual(datasetHash(syntheticDataset({ ...small, seed: 1 })), datasetHash(syntheticDataset({ ...small, seed: 2 })));
  assert.equal(syntheticDataset(small).train.labels.length, 50);
  assert.throws(() => syntheticDataset({ trainSize: 5 }), /trainSize must be a whole number between 10 and 1000000, got 5/);
  assert.throws(() => syntheticDataset({ size: 5 } as never), /unknown option 'size'/);
});
