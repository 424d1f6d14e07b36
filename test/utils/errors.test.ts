import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkNumber, problem, withDefaults } from '../../src/utils/errors';

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
