import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { STUDIES } from '../../src/benchmark';
import { METHODS } from '../../src/methods';
import { contrast } from '../../src/figures/color';
import { methodColor, methodLabel, methodOfLabel, methodStyle, TASK_COLORS, variantSymbol } from '../../src/figures/palette';

const BUILT_IN = METHODS.flatMap((entry) => [entry, ...(entry.variants ?? [])]);

test('methods of the library have different colours and different markers, and names to be shown', () => {
  assert.ok(BUILT_IN.length >= 6);
  const names = BUILT_IN.map(({ name }) => name);
  assert.equal(new Set(names.map(methodColor)).size, names.length);
  assert.equal(new Set(names.map((name) => methodStyle(name).symbol)).size, names.length);
  for (const { name, label } of BUILT_IN) assert.equal(methodLabel(name), label);
});

test('the first colours are those of Okabe & Ito and stay as they are', () => {
  const first = ['naive', 'ewc', 'ewc-online', 'er', 'gem', 'pnn'];
  assert.deepEqual(first.map(methodColor), ['#D55E00', '#0072B2', '#56B4E9', '#E69F00', '#009E73', '#CC79A7']);
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

test('variants beyond the line styles get other markers than the method itself', () => {
  assert.equal(variantSymbol('ewc', 0), methodStyle('ewc').symbol);
  assert.equal(new Set([0, 1, 2, 3].map((round) => variantSymbol('ewc', round))).size, 4);
});

test('a label leads back to its method; one of your own is a name', () => {
  for (const { name } of METHODS) assert.equal(methodOfLabel(methodLabel(name)), name);
  assert.equal(methodOfLabel('mine'), 'mine');
});

test('lines of tasks that follow each other differ clearly in colour, and all can be seen on white and on dark ground', () => {
  const channels = (color: string) => [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
  const apart = (a: string, b: string) => Math.hypot(...channels(a).map((value, k) => value - channels(b)[k]));
  TASK_COLORS.slice(1).forEach((color, k) => assert.ok(apart(color, TASK_COLORS[k]) > 110, `${TASK_COLORS[k]} and ${color}`));
  for (const color of TASK_COLORS) assert.ok(Math.min(contrast(color, '#ffffff'), contrast(color, '#111111')) > 2, color);
});
