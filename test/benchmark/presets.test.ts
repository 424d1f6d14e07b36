import assert from 'node:assert/strict';
import { test } from 'node:test';
import { STUDIES } from '../../src/benchmark';
import { findStudy } from '../../src/benchmark/presets';
import { findStream } from '../../src/experiments/streams';
import { findMethod, methodCompatibility } from '../../src/methods';

test('every pairing in the studies is one the compatibility table allows', () => {
  for (const { scenario, methods } of STUDIES) {
    for (const { method } of methods) assert.notEqual(methodCompatibility(findMethod(method).name, scenario).fit, 'no');
  }
});

test('every study runs on a stream that is made for its scenario, and its rows have names of their own', () => {
  for (const { stream, scenario, methods, name } of STUDIES) {
    assert.ok(findStream(stream).madeFor.includes(scenario), name);
    assert.equal(new Set(methods.map(({ label }) => label)).size, methods.length, name);
  }
});

test('a study is found by its name, an unknown one refused with those there are', () => {
  assert.equal(findStudy('forward-transfer').scenario, 'task-incremental');
  assert.throws(() => findStudy('transfer'), /no study 'transfer'; studies: task-incremental, domain-incremental/);
});
