import assert from 'node:assert/strict';
import { test } from 'node:test';
import vm from 'node:vm';
import {
  checkBoolean,
  checkChoice,
  checkFunction,
  checkList,
  checkNumber,
  checkText,
  isPlainObject,
  problem,
  shown,
  withDefaults,
} from '../../src/utils/errors';

test('an error says subject, reason and remedy', () => {
  assert.equal(problem('GEM', 'no memory', 'train first').message, 'GEM: no memory; train first');
  assert.equal(problem('GEM', 'no memory').message, 'GEM: no memory');
});

test('options left out or undefined get their defaults, and the defaults object is not changed', () => {
  const defaults = { a: 1, b: 'x' };
  assert.deepEqual(withDefaults('test', { a: undefined, b: 'y' }, defaults), { a: 1, b: 'y' });
  assert.deepEqual(withDefaults('test', undefined, defaults), defaults);
  assert.deepEqual(defaults, { a: 1, b: 'x' });
});

test('an unknown option is refused and the known ones are named', () => {
  const lamda = { lamda: 3 } as unknown as { lambda: number };
  assert.throws(() => withDefaults('EWC', lamda, { lambda: 1, lr: 2 }), /EWC: unknown option 'lamda'; known options: lambda, lr/);
});

test('names every object inherits, such as toString, are unknown options too', () => {
  assert.throws(() => withDefaults('EWC', { toString: 1 } as object, { lambda: 1 }), /unknown option 'toString'/);
});

test('a number out of range, not whole, not finite or no number is refused with the allowed range', () => {
  const rule = { min: 1, max: 9, integer: true };
  for (const wrong of [0, 10, 2.5, NaN, Infinity, '3', null, undefined]) {
    assert.throws(() => checkNumber('GEM', 'size', wrong, rule), /GEM: size must be a whole number between 1 and 9, got /);
  }
  for (const right of [1, 5, 9]) checkNumber('GEM', 'size', right, rule);
  assert.throws(() => checkNumber('GEM', 'margin', -1, { min: 0 }), /margin must be a number of at least 0, got -1/);
});

test('a value in a message shows its type', () => {
  const cases: [unknown, string][] = [
    ['100', "'100'"],
    [100, '100'],
    [10n, '10n'],
    [true, 'true'],
    ['true', "'true'"],
    [null, 'null'],
    [undefined, 'undefined'],
    [NaN, 'NaN'],
    ['', "''"],
    [[1, '2'], "[1, '2']"],
    [[1, 2, 3, 4, 5, 6, 7], '[1, 2, 3, 4, 5, … 2 more]'],
    [[, 1], '[undefined, 1]'],
    [{ a: 1 }, '{ a: 1 }'],
  ];
  for (const [value, text] of cases) assert.equal(shown(value), text);
  assert.throws(() => checkNumber('EWC', 'lambda', '100'), /lambda must be a number, got '100'$/);
});

test('a value in a message takes one line, however large it is, and code that fails while it is shown does no harm', () => {
  const large = [new Float32Array(1e6), 'x'.repeat(1e6), 'a\nb', { a: { b: { c: 1 } } }, new Map([[1, 'x'.repeat(200)]])];
  for (const value of large) assert.ok(shown(value).length <= 80 && !shown(value).includes('\n'), shown(value));
  const failing = {
    [Symbol.for('nodejs.util.inspect.custom')]: () => {
      throw new Error('no');
    },
  };
  assert.equal(shown(failing), 'a value that cannot be shown (object)');
});

test('options that are no object of named values are refused: numbers, text, lists, instances, null', () => {
  class Options {
    lambda = 5;
  }
  for (const given of [5, 'x', null, [], new Map([['lambda', 5]]), new Options(), Object.create({ lambda: 5 }), () => 1]) {
    assert.throws(
      () => withDefaults('EWC', given as object, { lambda: 1 }),
      /EWC: options must be an object of named values, got .*; known options: lambda/,
    );
  }
  assert.deepEqual(withDefaults('EWC', Object.assign(Object.create(null), { lambda: 5 }), { lambda: 1 }), { lambda: 5 });
});

test("an object of another context, as a notebook's cell may have, is an object of named values", () => {
  const given = vm.runInNewContext('({ lambda: 5 })') as { lambda: number };
  assert.ok(isPlainObject(given));
  assert.deepEqual(withDefaults('EWC', given, { lambda: 1 }), { lambda: 5 });
});

test('an option that is true or false by default takes nothing else, least of all text', () => {
  for (const online of ['false', 'true', 0, 1, null]) {
    assert.throws(
      () => withDefaults('EWC', { online } as object, { online: false }),
      /EWC: online must be true or false, got ('false'|'true'|0|1|null)/,
    );
  }
  assert.deepEqual(withDefaults('EWC', { online: true }, { online: false }), { online: true });
});

test('a range is told as it is: at least, at most, between', () => {
  assert.throws(() => checkNumber('x', 'a', 2, { max: 1 }), /a must be a number of at most 1, got 2/);
  assert.throws(() => checkNumber('x', 'a', 2, { min: 0, max: 1 }), /a must be a number between 0 and 1, got 2/);
});

test('text, choices, functions and lists are checked with the value in the message', () => {
  assert.throws(() => checkBoolean('x', 'a', 'yes'), /x: a must be true or false, got 'yes'/);
  assert.throws(() => checkText('x', 'a', 5), /x: a must be text, got 5/);
  assert.throws(() => checkText('x', 'a', ' '), /x: a is empty/);
  assert.throws(() => checkChoice('x', 'a', 'c', ['a', 'b', 'd']), /x: a must be 'a', 'b' or 'd', got 'c'/);
  assert.throws(() => checkChoice('x', 'a', '1', [1]), /x: a must be 1, got '1'/);
  assert.throws(() => checkFunction('x', 'a', 'f', 'Math.abs'), /x: a must be a function, got 'f'; for example Math\.abs/);
  assert.throws(() => checkList('x', 'a', 'abc'), /x: a must be an array, got 'abc'/);
  assert.throws(() => checkList('x', 'a', []), /x: a is empty; pass at least one entry in a/);
  assert.throws(() => checkList('x', 'a', [1], 2), /x: a has only 1 entry; pass at least 2 entries in a/);
  checkBoolean('x', 'a', false);
  checkText('x', 'a', 'b');
  checkChoice('x', 'a', 'b', ['a', 'b']);
  checkFunction('x', 'a', () => 1);
  checkList('x', 'a', [0]);
});
