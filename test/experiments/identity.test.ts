import assert from 'node:assert/strict';
import { test } from 'node:test';
import { canonicalJson, configurationId } from '../../src/experiments';
import { planned } from './fixtures';

test('the order of keys and absent values change nothing, every value does', () => {
  assert.equal(canonicalJson({ b: [1, { d: true, c: null }], a: undefined }), '{"b":[1,{"c":null,"d":true}]}');
  assert.equal(canonicalJson({ x: 1, y: 'é"' }), canonicalJson({ y: 'é"', x: 1 }));
  assert.notEqual(canonicalJson({ x: 1 }), canonicalJson({ x: '1' }));
  assert.notEqual(canonicalJson([1, 2]), canonicalJson([2, 1]));
});

test('what JSON cannot hold is refused with its place, not turned into null', () => {
  for (const [value, message] of [
    [{ a: [NaN] }, /spec\.a\[0\]: NaN \(number\) is not plain JSON/],
    [{ a: () => 1 }, /spec\.a: .* \(function\) is not plain JSON/],
    [{ a: new Date(0) }, /spec\.a: .* \(object\) is not plain JSON/],
  ] as const) {
    assert.throws(() => canonicalJson(value), message);
  }
});

test('a configuration is the spec without its seed', () => {
  const [one, two] = [planned({ seed: 1 }), planned({ seed: 2 })];
  assert.notEqual(one.id, two.id);
  assert.equal(configurationId(one.spec), configurationId(two.spec));
  const other = planned({ method: { name: 'ewc', options: { lambda: 1 } } });
  const more = planned({ method: { name: 'ewc', options: { lambda: 10 } } });
  assert.notEqual(configurationId(other.spec), configurationId(more.spec));
});
