import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parsePixelRows } from '../../../src/data/files/pixelRows';

const parse = (text: string, rowLength = 2) => [...parsePixelRows(Buffer.from(text), rowLength, 'rows.json')];

test('the scan reads what JSON.parse reads, empty rows dropped', () => {
  const row = fc.oneof(fc.constant([]), fc.array(fc.nat(255), { minLength: 3, maxLength: 3 }));
  fc.assert(
    fc.property(fc.array(row), fc.nat(2), (data, indent) => {
      const text = JSON.stringify({ data }, undefined, indent);
      assert.deepEqual(parse(text, 3), (JSON.parse(text) as { data: number[][] }).data.flat());
    }),
  );
});

test('rows of a wrong length, pixels above 255, other characters and a cut file are refused', () => {
  assert.throws(() => parse('{"data":[[1,2],[3]]}'), /rows\.json: a row of 1 numbers instead of 2 at byte 17; install/);
  assert.throws(() => parse('{"data":[[1,256]]}'), /pixel 256 is above 255/);
  assert.throws(() => parse('{"data":[[1,-2]]}'), /unexpected character '-'/);
  assert.throws(() => parse('{"data":[[1,2.5]]}'), /unexpected character '\.'/);
  assert.throws(() => parse('{"data":[[1,2],[3'), /truncated/);
  assert.throws(() => parse(''), /truncated/);
});
