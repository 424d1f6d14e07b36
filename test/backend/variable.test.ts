import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { backend, elements, initBackend, Variable } from '../../src/backend';

before(async () => {
  await initBackend();
});

const onDevice = (variable: Variable) => backend().kernels.read(variable);

test('a variable holds zeros or a copy of what it was given, before and after it goes to the device', () => {
  const content = Float32Array.of(1, 2, 3, 4, 5, 6);
  const variable = new Variable('w', [2, 3], content);
  content[0] = 99;
  assert.deepEqual(Array.from(variable.data()), [1, 2, 3, 4, 5, 6]);
  onDevice(variable);
  assert.deepEqual(Array.from(variable.data()), [1, 2, 3, 4, 5, 6]);
  assert.deepEqual(Array.from(new Variable('z', [3]).data()), [0, 0, 0]);
  variable.dispose();
});

test('data() is a copy: changing it changes nothing, on the host and on the device', () => {
  const variable = new Variable('w', [2], Float32Array.of(1, 2));
  variable.data()[0] = 99;
  assert.equal(variable.data()[0], 1);
  onDevice(variable);
  variable.data()[0] = 99;
  assert.equal(variable.data()[0], 1);
  variable.dispose();
});

test('whole numbers stay whole numbers', () => {
  const variable = new Variable('labels', [3], Int32Array.of(7, 8, 9));
  assert.equal(onDevice(variable).dtype, 'int32');
  assert.ok(variable.data() instanceof Int32Array);
  assert.deepEqual(Array.from(variable.data()), [7, 8, 9]);
  variable.dispose();
});

test('assign overwrites the content and read sees it', () => {
  const { kernels: k, scope, toHost } = backend();
  const variable = new Variable('w', [2], Float32Array.of(1, 2));
  scope(() => {
    onDevice(variable);
    k.assign(variable, k.tensor(Float32Array.of(3, 4), [2]));
    assert.deepEqual(Array.from(toHost(k.read(variable))), [3, 4]);
  });
  assert.deepEqual(Array.from(variable.data()), [3, 4]);
  variable.dispose();
});

test('two variables assigned from one value are independent of it and of each other', () => {
  const { kernels: k, scope, toHost } = backend();
  const [a, b, velocity] = [new Variable('a', [2]), new Variable('b', [2]), new Variable('v', [2])];
  scope(() => {
    const value = k.tensor(Float32Array.of(1, 2), [2]);
    k.assign(a, value);
    k.assign(b, value);
    k.momentumStep(a, velocity, k.tensor(Float32Array.of(1, 1), [2]), 1, 0);
    assert.deepEqual(Array.from(toHost(value)), [1, 2]);
  });
  assert.deepEqual([...a.data(), ...b.data()], [0, 1, 1, 2]);
  [a, b, velocity].forEach((variable) => variable.dispose());
});

test('a value computed from a variable keeps its numbers when the variable is updated in place afterwards', () => {
  const { kernels: k, scope, toHost } = backend();
  const [w, v] = [new Variable('w', [2], Float32Array.of(1, 2)), new Variable('v', [2])];
  scope(() => {
    const reshaped = k.reshape(k.read(w), [1, 2]);
    k.momentumStep(w, v, k.tensor(Float32Array.of(5, 5), [2]), 1, 0);
    assert.deepEqual(Array.from(toHost(reshaped)), [1, 2]);
    assert.deepEqual(Array.from(toHost(k.read(w))), [-4, -3]);
  });
  [w, v].forEach((variable) => variable.dispose());
});

test('set replaces content and shape, and refuses numbers that do not fill the shape', () => {
  const variable = new Variable('head/weight', [2], Float32Array.of(1, 2));
  onDevice(variable);
  variable.set(Float32Array.of(1, 2, 3, 4), [2, 2]);
  assert.deepEqual(variable.shape, [2, 2]);
  assert.deepEqual(onDevice(variable).shape, [2, 2]);
  assert.throws(() => variable.set(Float32Array.of(1)), /head\/weight: 1 numbers do not fill the shape \[2,2\]/);
  assert.deepEqual(Array.from(variable.data()), [1, 2, 3, 4]);
  variable.dispose();
});

test('a disposed variable says so when it is used', () => {
  const variable = new Variable('w', [1]);
  variable.dispose();
  assert.throws(() => variable.data(), /w: its content was freed/);
  assert.throws(() => onDevice(variable), /w: its content was freed/);
});

test('reading, assigning, stepping, setting and disposing leave no tensor behind', () => {
  const { kernels: k, scope, tensorCount } = backend();
  const work = () => {
    const [w, v] = [new Variable('w', [3]), new Variable('v', [3])];
    for (let i = 0; i < 5; i++) {
      scope(() => {
        k.momentumStep(w, v, k.add(k.read(w), k.tensor(Float32Array.of(1, 2, 3), [3])), 0.1, 0.9);
        k.assign(w, k.scale(k.read(w), 2));
      });
      w.data();
    }
    w.set(new Float32Array(4), [4]);
    scope(() => k.read(w));
    [w, v].forEach((variable) => variable.dispose());
  };
  work(); // constants (rates) are made once
  const before = tensorCount();
  for (let i = 0; i < 20; i++) work();
  assert.equal(tensorCount(), before);
});

test('the number of elements is the product of the axes, 1 for a single number', () => {
  assert.equal(elements([2, 3, 4]), 24);
  assert.equal(elements([]), 1);
  assert.equal(elements([3, 0]), 0);
});
