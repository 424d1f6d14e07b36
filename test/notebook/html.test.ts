import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inlineScript, plainHtml, scriptJson } from '../../src/notebook/html';

test('texts cannot break out of a script', () => {
  assert.ok(!scriptJson({ text: '</script><!--\u2028' }).includes('<'));
  assert.equal(JSON.parse(scriptJson({ text: '</script>' })).text, '</script>');
  assert.equal(inlineScript('x = "</script>"').match(/<\/script/g)?.length, 1);
});

test('text of a page is shown as written: no markup, and no formula that would make the page fetch MathJax', () => {
  const html = plainHtml('<b> $$x$$ \\(y\\) \\begin{z}');
  assert.ok(!/[$\\]|<b>/.test(html), html);
  const text = html.replace(/<\/?span>/g, '').replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
  assert.equal(text, '&lt;b&gt; $$x$$ \\(y\\) \\begin{z}');
});
