import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import { isBytes, typeName } from '../../src/data/typeName';

test('values are named by their kind, those of another realm too', () => {
  const values = [
    null,
    undefined,
    'a',
    1,
    1n,
    [],
    {},
    new Map(),
    Buffer.of(1),
    Float32Array.of(1),
    new DataView(new ArrayBuffer(1)),
  ];
  const names = [
    'null',
    'undefined',
    'string',
    'number',
    'bigint',
    'Array',
    'Object',
    'Map',
    'Uint8Array',
    'Float32Array',
    'DataView',
  ];
  assert.deepEqual(values.map(typeName), names);
  const foreign = runInNewContext('new Uint8Array(3)') as Uint8Array;
  assert.deepEqual([foreign instanceof Uint8Array, typeName(foreign), isBytes(foreign)], [false, 'Uint8Array', true]);
  assert.equal(typeName(Object.create(null)), 'object');
});
