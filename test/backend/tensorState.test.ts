import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeTensor, encodeTensor, loadVariable, saveVariable, Variable, type TensorState } from '../../src/backend';

test('tensors survive JSON bit for bit, special numbers included', () => {
  const floats = Float32Array.of(0.1, -0, NaN, Infinity, 1e-45, 3.4e38);
  const ints = Int32Array.of(-1, 2 ** 31 - 1, 0, 5, 6, 7);
  for (const numbers of [floats, ints]) {
    for (const shape of [[6], [2, 3], [1, 6, 1]]) {
      const saved = JSON.parse(JSON.stringify(encodeTensor(numbers, shape))) as TensorState;
      const decoded = decodeTensor('t', saved);
      assert.deepEqual(decoded.shape, shape);
      assert.deepEqual(new Uint8Array(decoded.numbers.buffer), new Uint8Array(numbers.buffer));
      assert.equal(decoded.numbers.constructor, numbers.constructor);
    }
  }
  assert.deepEqual(decodeTensor('t', encodeTensor(Float32Array.of(7), [])), { numbers: Float32Array.of(7), shape: [] });
  assert.deepEqual(decodeTensor('t', encodeTensor(new Float32Array(0), [0, 3])), { numbers: new Float32Array(0), shape: [0, 3] });
});

test('a part of a larger array is saved without the rest', () => {
  const part = Float32Array.of(1, 2, 3, 4, 5).subarray(1, 3);
  assert.deepEqual(decodeTensor('t', encodeTensor(part, [2])).numbers, Float32Array.of(2, 3));
});

test('a variable takes on saved content and its shape, but no other number type', () => {
  const variable = new Variable('v', [2, 2], Float32Array.of(1, 2, 3, 4));
  const saved = saveVariable(variable);
  variable.set(Float32Array.of(9), [1]);
  loadVariable(variable, saved);
  assert.deepEqual([variable.shape, variable.data()], [[2, 2], Float32Array.of(1, 2, 3, 4)]);
  const ints = encodeTensor(Int32Array.of(1), [1]);
  assert.throws(() => loadVariable(variable, ints), /v: it holds float32, the saved tensor int32/);
  assert.deepEqual(variable.data(), Float32Array.of(1, 2, 3, 4));
});

test('damaged tensors are refused with what is wrong', () => {
  const good = encodeTensor(Float32Array.of(1, 2), [2]);
  const wrong: [unknown, RegExp][] = [
    [undefined, /t: the shape of a saved tensor must list whole numbers, got undefined; the saved state is damaged/],
    [{ ...good, shape: 2 }, /shape/],
    [{ ...good, shape: [-2] }, /shape/],
    [{ ...good, shape: [1.5] }, /shape/],
    [{ ...good, dtype: 'float64' }, /dtype .* got 'float64'/],
    [{ ...good, data: undefined }, /not base64/],
    [{ ...good, data: '!'.repeat(12) }, /not base64/],
    [{ ...good, data: 'A'.repeat(12) }, /do not fill its shape \[2\]/], // a byte too many
    [{ ...good, data: `${good.data}A` }, /not base64/],
    [{ ...good, data: `${good.data.slice(0, 10)}B=` }, /not base64/], // bits that would be lost
    [{ ...good, shape: [3] }, /do not fill its shape \[3\]/],
    [{ ...good, shape: [2 ** 30, 2 ** 20] }, /do not fill/],
  ];
  for (const [saved, message] of wrong) assert.throws(() => decodeTensor('t', saved as TensorState), message);
  assert.throws(() => encodeTensor(Float32Array.of(1, 2), [3]), /2 numbers do not fill the shape \[3\]/);
});
