import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { runNode } from '../../child';

// A variable belongs to the backend it was first used on, so the second backend gets processes of its own.
for (const file of [
  'backend/kernels',
  'backend/images',
  'training/clip',
  'training/optimizers/sgd',
  'training/optimizers/adam',
  'training/optimizers/optimizer',
  'backend/variable',
  'autodiff/rules',
  'autodiff/factors',
  'models/gradients',
  'models/layers/batchNorm',
]) {
  test(`${file} passes on wasm, too`, () => {
    const { status, output } = runNode([join(__dirname, '..', '..', `${file}.test.js`)], { CL_BACKEND: 'wasm' });
    assert.equal(status, 0, output);
    assert.match(output, /# pass [1-9]/);
  });
}
