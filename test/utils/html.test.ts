import assert from 'node:assert/strict';
import { test } from 'node:test';
import { escapeHtml, inlineScript, scriptJson } from '../../src/utils/html';

test('text cannot break out of an element or attribute', () => {
  assert.equal(escapeHtml(`<a href="x">'&`), '&lt;a href=&quot;x&quot;&gt;&#39;&amp;');
  assert.equal(escapeHtml(5), '5');
});

test('texts cannot break out of a script', () => {
  assert.ok(!scriptJson({ text: '</script><!--\u2028' }).includes('<'));
  assert.equal(JSON.parse(scriptJson({ text: '</script>' })).text, '</script>');
  assert.equal(inlineScript('x = "</script>"').match(/<\/script/g)?.length, 1);
});
