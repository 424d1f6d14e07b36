import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { STUDIES } from '../../src/benchmark';
import { methodColor, methodLabel, methodStyle, withOpacity } from '../../src/figures/palette';

const BUILT_IN = ['naive', 'ewc', 'ewc-online', 'er', 'gem', 'pnn', 'joint'];

test('built-in methods have different colours and different markers', () => {
  assert.equal(new Set(BUILT_IN.map(methodColor)).size, BUILT_IN.length);
  assert.equal(new Set(BUILT_IN.map((name) => methodStyle(name).symbol)).size, BUILT_IN.length);
});

test('built-in colours are those of Okabe & Ito and stay as they are', () => {
  assert.deepEqual(BUILT_IN.map(methodColor), ['#D55E00', '#0072B2', '#56B4E9', '#E69F00', '#009E73', '#CC79A7', '#8A8A8A']);
});

test('any other name gets a valid colour of its own, the same every time', () => {
  fc.assert(
    fc.property(fc.string(), (name) => /^#[0-9A-F]{6}$/.test(methodColor(name)) && methodColor(name) === methodColor(name)),
  );
  const mine = Array.from({ length: 8 }, (_, k) => `my-method-${k}`);
  assert.ok(new Set(mine.map(methodColor)).size >= 7);
});

test('names of object members are names like any other', () => {
  assert.match(methodColor('constructor'), /^#/);
  assert.equal(methodLabel('toString'), 'toString');
  assert.equal(methodLabel('er'), 'ER');
});

test('figures call a method what the rows of the benchmark call it', () => {
  for (const { methods } of STUDIES) {
    for (const { label, method } of methods) assert.equal(label.replace(/ λ=.*/, ''), methodLabel(method));
  }
});

test('opacity turns a colour into rgba', () => {
  assert.equal(withOpacity('#0072B2', 0.5), 'rgba(0, 114, 178, 0.5)');
});
