import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeTensor } from '../../../src/backend';
import { joined, parted } from '../../../src/backend/saving/tree';

const floats = (...numbers: number[]) => encodeTensor(Float32Array.from(numbers), [numbers.length]);
const throughJson = (value: object) => JSON.parse(JSON.stringify(value)) as object;

/** Parted, through JSON, and joined again. */
function roundTrip(state: object): unknown {
  const { tree, tensors } = parted(state);
  return joined('f', { tree: throughJson(tree as object), tensors });
}

test('plain data with tensors comes back as it was, tensors as encodeTensor made them or as they came through JSON', () => {
  const state = {
    version: 1,
    text: 'a "b" \ud800',
    none: null,
    list: [true, [], {}, [1.5, -2]],
    model: { parameters: [encodeTensor(new Float32Array([1, 2, 3, 4]), [2, 2], { name: 'head0/weight', frozen: false })] },
    memory: { seen: 3, labels: encodeTensor(Int32Array.of(1, -2), [2]), one: encodeTensor(Float32Array.of(1), []) },
    empty: encodeTensor(new Float32Array(0), [0, 5]),
  };
  assert.deepEqual(roundTrip(state), state);
  assert.deepEqual(throughJson(roundTrip(throughJson(state)) as object), throughJson(state));
});

test('numbers that JSON has not stay what they are', () => {
  const state = { a: [NaN, Infinity, -Infinity, -0, 0, 1e308, 5e-324, 0.1], b: -0 };
  assert.deepEqual(roundTrip(state), state);
});

test('an entry that is undefined is left out, as JSON does it', () => {
  assert.deepEqual(roundTrip({ a: undefined, b: 1 }), { b: 1 });
});

test('tensors are named after their place, those with a name of their own after it, and never twice', () => {
  const named = (name: string) => encodeTensor(Float32Array.of(1), [1], { name });
  const { tensors } = parted({
    model: { parameters: [named('head0/weight'), named('a'), named('a')] },
    memory: [{ images: floats(1) }, { images: floats(2) }],
    'model/head0/weight': floats(3),
  });
  assert.deepEqual(
    tensors.map(({ name }) => name),
    ['model/head0/weight', 'model/a', 'model/a (2)', 'memory/0/images', 'memory/1/images', 'model/head0/weight (2)'],
  );
});

test('an object that only looks like a tensor stays as it is', () => {
  const state = {
    a: { shape: [2], data: 'AAAA' },
    b: { shape: 'x', data: 1 },
    c: { shape: [1], data: 'AAAAAA==', dtype: 'bool' },
  };
  assert.equal(parted(state).tensors.length, 0);
  assert.deepEqual(roundTrip(state), state);
});

test('what no file can hold is refused with its place, so that nothing is lost in silence', () => {
  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  const wrong: [object, RegExp][] = [
    [{ memory: { counts: new Map([[1, 2]]) } }, /^Error: saving: memory\/counts is Map\(1\) \{ ?1 => 2 ?\}, which is not saved; keep plain/],
    [{ memory: { seen: new Float32Array(2) } }, /saving: memory\/seen is Float32Array/],
    [{ memory: [1n] }, /memory\/0 is 1n/],
    [{ memory: [undefined] }, /memory\/0 is undefined/],
    [{ options: { f: () => 1 } }, /options\/f is \[Function: f\]/],
    [{ a: new Date(0) }, /a is 1970/],
    [{ a: { $tensor: 'x' } }, /a is an object with the name \$tensor/],
    [{ a: JSON.parse('{"__proto__":1}') as object }, /a is an object with the name __proto__/],
    [cycle, /self\/self\/.* is nested more than 50 deep/],
    [{ a: { weight: floats(1, NaN) } }, /^Error: saving: a\/weight holds a number that is not finite; training has diverged/],
    [{ weight: floats(-Infinity) }, /weight holds a number that is not finite/],
  ]; // prettier-ignore
  for (const [state, message] of wrong) assert.throws(() => parted(state), message);
  assert.doesNotThrow(() =>
    parted({ a: floats(3.4028234e38, -3.4028234e38, 1e-45, -0), b: encodeTensor(Int32Array.of(-1), [1]) }),
  );
});

test('a tensor that is missing, left over, used twice, not finite, and a number without a name are refused', () => {
  const { tree, tensors } = parted({ a: floats(1), b: floats(2) });
  const twice = { a: { $tensor: 'a' }, b: { $tensor: 'a' } };
  const infinite = [{ ...tensors[0], bytes: new Uint8Array(Float32Array.of(Infinity).buffer) }, tensors[1]];
  assert.throws(
    () => joined('f', { tree, tensors: tensors.slice(1) }),
    /^Error: f: tensor 'a' is missing, or is used twice; use another/,
  );
  assert.throws(() => joined('f', { tree: twice, tensors }), /tensor 'a' is missing, or is used twice/);
  assert.throws(() => joined('f', { tree: {}, tensors }), /nothing in it uses tensor 'a'/);
  assert.throws(() => joined('f', { tree, tensors: infinite }), /^Error: f: a holds a number that is not finite/);
  assert.throws(() => joined('f', { tree: { $tensor: ['a'] }, tensors }), /tensor \[.*'a'.*\] is missing/);
  assert.throws(() => joined('f', { tree: { a: { $number: '7' } }, tensors: [] }), /f: it has a number named '7'/);
});
