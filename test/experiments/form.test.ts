import assert from 'node:assert/strict';
import { test } from 'node:test';
import { misfit, type Form } from '../../src/experiments/form';

const FORM: Form = { name: 'text', 'note?': 'text', sizes: ['number'], counts: { '*': 'number or null' }, parts: [{ id: 'id' }] };
const right = { name: 'a', sizes: [1, 2], counts: { a: 1, b: null }, parts: [{ id: '0123456789abcdef' }], more: {} };

test('what has its form passes, with more names than are mentioned and without those that may be absent', () => {
  assert.equal(misfit(right, FORM), undefined);
  assert.equal(misfit({ ...right, note: 'b' }, FORM), undefined);
});

test('what is wrong is named by its place, its value and what it should be', () => {
  const cases: [unknown, string][] = [
    [null, 'it is null, not an object'],
    [{ ...right, name: 3 }, 'name is 3, not text'],
    [{ ...right, note: null }, 'note is null, not text'],
    [{ ...right, sizes: { length: 1 } }, 'sizes is { length: 1 }, not a list'],
    [{ ...right, sizes: [1, NaN] }, 'sizes[1] is NaN, not a number'],
    [{ ...right, counts: { a: '1' } }, "counts.a is '1', not a number or null"],
    [{ ...right, parts: [{ id: '../x' }] }, "parts[0].id is '../x', not the id of a run"],
  ];
  for (const [value, message] of cases) assert.equal(misfit(value, FORM), message);
  assert.equal(misfit(1, 'text', 'spec.name'), 'spec.name is 1, not text');
});
