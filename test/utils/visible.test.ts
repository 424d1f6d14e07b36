import assert from 'node:assert/strict';
import { test } from 'node:test';
import { visible, visibleLine } from '../../src/utils/visible';

test('what commands a terminal is shown as a sign; everything else, tabs and line feeds too, stays', () => {
  assert.equal(visible('\x1b[31mred\x1b[0m \x07\x00'), '␛[31mred␛[0m ␇␀');
  assert.equal(visible('a\x7f\x9b2J\u202egnp.exe'), 'a␡\ufffd2J\ufffdgnp.exe');
  assert.equal(visible('over\rwritten\r\nnext\tcolumn\n'), 'over␍written\nnext\tcolumn\n');
  assert.equal(visible('Größe λ → 你好 🎉'), 'Größe λ → 你好 🎉');
});

test('in one line, line breaks of all kinds become spaces', () => {
  assert.equal(visibleLine('a \r\n  b\nc\u2028d\x1b[K'), 'a b c d␛[K');
});
