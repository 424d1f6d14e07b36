import assert from 'node:assert/strict';
import { test } from 'node:test';
import { backend } from '../../src/backend';
import { Residency } from '../../src/training/residency';
import { easyStream } from '../methods/fixtures';

test('resident data equals host data, lives beyond scopes until release, and release frees it', () => {
  const [loader] = easyStream('class-incremental').trainLoaders;
  const { toHost, scope, tensorCount } = backend();
  const count = tensorCount();
  const resident = new Residency(loader, loader.task.inputSize);
  assert.equal(tensorCount(), count, 'making it puts nothing on the device');
  scope(() => void resident.samples);
  const { images, labels } = resident.samples;
  assert.deepEqual(images.shape, [loader.size, loader.task.inputSize]);
  assert.deepEqual([images.dtype, labels.dtype, labels.shape], ['float32', 'int32', [loader.size]]);
  assert.deepEqual([...toHost(images)], [...loader.hostData().images]);
  assert.deepEqual([...toHost(labels)], [...loader.hostData().labels]);
  assert.equal(tensorCount(), count + 2);
  resident.release();
  resident.release();
  assert.equal(tensorCount(), count);
  assert.equal(resident.samples.images.shape[0], loader.size, 'there again after release');
  resident.release();
});
