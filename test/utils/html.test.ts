import assert from 'node:assert/strict';
import { test } from 'node:test';
import { escapeHtml } from '../../src/utils/html';

test('text cannot break out of an element or attribute', () => {
  assert.equal(escapeHtml(`<a href="x">'&`), '&lt;a href=&quot;x&quot;&gt;&#39;&amp;');
  assert.equal(escapeHtml(5), '5');
});
