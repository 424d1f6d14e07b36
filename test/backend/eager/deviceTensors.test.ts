import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import * as tf from '@tensorflow/tfjs';
import { backend, dispose, initBackend, numbersOf, tensor } from '../../../src/backend';
import type { Value } from '../../../src/backend';
import { DeviceTensors } from '../../../src/backend/eager/deviceTensors';
import type { DeviceTensor } from '../../../src/backend/eager/deviceTensors';
import { loadAddon } from '../../../src/backend/eager/addon';
import type { Addon } from '../../../src/backend/eager/addon';

before(async () => {
  await initBackend();
});

const of = (...numbers: number[]) => Float32Array.from(numbers);

const addon = loadedAddon();
const NATIVE = { skip: addon ? false : 'the native addon is not installed' };

function loadedAddon(): (Addon & { getNumOfTensors(): number }) | undefined {
  try {
    return loadAddon() as Addon & { getNumOfTensors(): number };
  } catch {
    return undefined;
  }
}

/** Tensors apart from the library's own, and how many of them TensorFlow holds. */
function fresh(): { tensors: DeviceTensors; held: () => number } {
  const before = addon!.getNumOfTensors();
  return { tensors: new DeviceTensors(addon!), held: () => addon!.getNumOfTensors() - before };
}

test('a scope frees what was made in it, but for what it returns or was told to keep', NATIVE, () => {
  const { tensors, held } = fresh();
  const outer = tensors.upload(of(1), [1]);
  const made: DeviceTensor[] = [];
  const result = tensors.scope(() => {
    made.push(...[1, 2, 3, 4].map((n) => tensors.upload(of(n), [1])));
    made[3].kept = true;
    return { list: [made[0]], one: made[1], text: 'x', outer };
  });
  assert.deepEqual(
    made.map(({ isDisposed }) => isDisposed),
    [false, false, true, false],
  );
  assert.equal(outer.isDisposed, false, 'made before the scope');
  assert.deepEqual([...result.one.dataSync()], [2]);
  assert.deepEqual([tensors.count, held()], [4, 4]);
});

test('what an inner scope returns belongs to the scope around it; an error frees all', NATIVE, () => {
  const { tensors, held } = fresh();
  let inner: DeviceTensor | undefined;
  tensors.scope(() => {
    inner = tensors.scope(() => tensors.upload(of(1), [1]));
    assert.equal(inner.isDisposed, false);
  });
  assert.equal(inner!.isDisposed, true);
  const failing = () =>
    tensors.scope(() => {
      tensors.upload(of(1), [1]);
      throw new Error('stop');
    });
  assert.throws(failing, /stop/);
  assert.throws(() => tensors.scope(() => Promise.resolve()), /returned a promise/);
  assert.deepEqual([tensors.count, held()], [0, 0]);
});

test('the content is there until its last tensor is freed, and freeing twice frees once', NATIVE, () => {
  const { tensors, held } = fresh();
  const first = tensors.upload(of(1, 2), [2]);
  const second = tensors.alias(first);
  first.dispose();
  first.dispose();
  assert.deepEqual([tensors.count, held()], [1, 1]);
  assert.deepEqual([...second.dataSync()], [1, 2]);
  assert.throws(() => first.dataSync(), /tensor: the one of shape \[2\] was freed before/);
  assert.throws(() => tensors.ids([first]), /was freed before/);
  second.dispose();
  assert.deepEqual([tensors.count, held()], [0, 0]);
});

test('kernels take tensors of TensorFlow.js, and copy what they are given', () => {
  for (let length = 3; length < 200; length++) {
    const numbers = new Float32Array(length).fill(1); // TensorFlow goes on using the array where it happens to lie aligned
    const one = tensor(numbers);
    numbers[0] = 100;
    assert.equal(numbersOf(one)[0], 1, `${length} numbers`);
    dispose(one);
  }
  const own = tensor(of(1, 2, 3));
  const theirs = tf.tensor1d([10, 20, 30]);
  const sum = backend().kernels.add(own, theirs as Value);
  assert.deepEqual([...numbersOf(sum)], [11, 22, 33]);
  const before = backend().tensorCount();
  assert.equal(backend().keep(theirs as Value), theirs);
  assert.equal(backend().tensorCount(), before, 'keeping one makes no copy');
  dispose(own, sum);
  theirs.dispose();
});

test('what is no tensor is refused by name', NATIVE, () => {
  assert.throws(
    () => backend().kernels.relu([1, 2] as unknown as Value),
    /tensor: \[1, 2\] is none; pass what a kernel, tensor\(\) or TensorFlow\.js gave/,
  );
});
