import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkPlainJson, oneLine } from '../../../../src/experiments/executors/queue/plainJson';

const LIMITS = { characters: 1000, depth: 3, text: 50 };
const check = (text: string) => checkPlainJson('thing', JSON.parse(text), LIMITS);

test('plain JSON within the limits passes', () => {
  check('{"a": [1, null, true, {"b": "text – äöü"}], "": 0}');
  check('"text"');
  check('null');
});

test('what is too large, too deep, or plays tricks with prototypes or terminals is refused with the reason', () => {
  const cases: [string, RegExp][] = [
    [`["${'x'.repeat(51)}"]`, /thing: a text has 51 characters; at most 50/],
    [JSON.stringify(Array(600).fill(1)), /thing: it has 1201 characters; at most 1000/],
    ['[[[[1]]]]', /nested more than 3 deep/],
    [`${'['.repeat(100_000)}${']'.repeat(100_000)}`, /nested more than 3 deep/],
    ['{"a": {"__proto__": {"polluted": true}}}', /'__proto__' is no name of a field/],
    ['{"constructor": 1}', /'constructor' is no name/],
    ['[{"prototype": 1}]', /'prototype' is no name/],
    ['{"a": "\\u001b[31mred"}', /control characters \("\\u001b\[31mred"\)/],
    ['{"a\\nb": 1}', /control characters/],
    [`{"${'n'.repeat(101)}": 1}`, /a text has 101 characters; at most 100/],
  ];
  for (const [text, message] of cases) assert.throws(() => check(text), message, text.slice(0, 60));
});

test('a text of others becomes one line of bounded length', () => {
  assert.equal(oneLine('  first\u001b[2J\nsecond'), 'first [2J');
  assert.equal(oneLine('x'.repeat(600)).length, 500);
  assert.equal(oneLine(undefined), 'undefined');
});
