import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEEPEST_JSON, LONGEST_JSON, parseJson } from '../../src/utils/json';

test('what is fine is parsed as JSON.parse does it', () => {
  const texts = [
    '{"a":[1,-2.5e3,true,null,{"b":"x\\"y\\\\"}],"a b":{},"":[]}',
    '[{"a":1},{"a":2}]',
    '{"a":{"a":{"a":1}}, "b":"{\\"a\\":1,\\"a\\":2}"}',
    ' "text: {\\"a\\"" ',
    '12',
    '{"names":["constructor","__proto__"]}',
  ];
  for (const text of texts) assert.deepEqual(parseJson('f', text), JSON.parse(text), text);
});

test('a name twice in one object, a name of JavaScript, and what is no JSON are refused, in one line that shows nothing of the text', () => {
  const wrong: [string, RegExp][] = [
    ['{"a":1,"a":2}', /^f: its JSON has one name twice in one object; use another copy$/],
    ['{"a":1,"\\u0061":2}', /one name twice/],
    ['[{"b":[{"a" : {},"c":1,"a"\n:2}]}]', /one name twice/],
    ['{"x":{"__proto__":{"polluted":1}}}', /^f: its JSON has an entry named __proto__; use a copy/],
    ['{"\\u005f_proto__":1}', /an entry named __proto__/],
    ['{"constructor":{"prototype":{}}}', /an entry named constructor/],
    ['', /^f: it is damaged: it is not JSON; use another copy$/],
    ['secret', /it is not JSON/],
    ['{"a":1', /it is not JSON/],
    ['{"a":"never ends', /it is not JSON/],
    ['{"a":1}}', /it is not JSON/],
    ['"\\', /it is not JSON/],
    ['{"\\x":1,"\\x":2}', /^f: its JSON has one name twice|it is not JSON/],
    ['{"a":NaN}', /it is not JSON/],
  ];
  for (const [text, message] of wrong) {
    assert.throws(
      () => parseJson('f', text),
      ({ name, message: said }: Error) => name === 'Error' && message.test(said) && !said.includes('secret'),
      text,
    );
  }
  assert.equal(({} as { polluted?: number }).polluted, undefined);
});

test('JSON that is too long or too deep is refused before it is parsed, and quickly', () => {
  const started = performance.now();
  assert.throws(
    () => parseJson('f', ' '.repeat(LONGEST_JSON + 1)),
    /^Error: f: its JSON has 33554433 characters, 33554432 at most/,
  );
  assert.throws(() => parseJson('f', '['.repeat(1e6)), /nested more than 100 deep/);
  assert.throws(() => parseJson('f', '{"a":'.repeat(1e6)), /nested more than 100 deep/);
  const deep = '['.repeat(DEEPEST_JSON) + ']'.repeat(DEEPEST_JSON);
  assert.equal(JSON.stringify(parseJson('f', deep)), deep);
  const text = JSON.stringify({ a: '\\"'.repeat(2e6) }); // many quotation marks that end nothing
  assert.deepEqual(parseJson('f', text), JSON.parse(text));
  assert.ok(performance.now() - started < 3000);
});
