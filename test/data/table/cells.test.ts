import assert from 'node:assert/strict';
import { test } from 'node:test';
import { booleanIn, isMissing, nameIn, numberIn, sortedNames } from '../../../src/data/table/cells';

test('a number is only what is written as one', () => {
  const numbers: [unknown, number][] = [
    [1.5, 1.5],
    ['1.5', 1.5],
    [' -2e3 ', -2000],
    ['.5', 0.5],
    ['5.', 5],
    ['+7', 7],
    [3n, 3],
    ['007', 7],
  ];
  for (const [cell, value] of numbers) assert.equal(numberIn(cell), value);
  const others = [
    null,
    undefined,
    '',
    ' ',
    '1,5',
    '1_000',
    '0x10',
    'NaN',
    'Infinity',
    '1e999',
    '1 2',
    true,
    [],
    [1],
    {},
    new Date(0),
    NaN,
    -Infinity,
  ];
  for (const cell of others) assert.equal(numberIn(cell), undefined);
});

test('true and false, missing values and names', () => {
  assert.deepEqual([true, 'TRUE', ' false ', 'yes', 1, null].map(booleanIn), [
    true,
    true,
    false,
    undefined,
    undefined,
    undefined,
  ]);
  assert.deepEqual([null, undefined, NaN, '', '\t ', 0, false, '0'].map(isMissing), [
    true,
    true,
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
  assert.deepEqual(
    [' a ', 0, false, 7n].map((cell) => nameIn(cell, 'here')),
    ['a', '0', 'false', '7'],
  );
  assert.throws(() => nameIn(undefined, 'row 3'), /^Error: row 3: the value is missing \(undefined\)/);
});

test('names are sorted as numbers where all are', () => {
  assert.deepEqual(sortedNames(['10', '9', '10', '-1']), ['-1', '9', '10']);
  assert.deepEqual(sortedNames(['b', '10', 'a', '9']), ['10', '9', 'a', 'b']);
});
