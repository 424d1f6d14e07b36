import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainHtml } from '../../src/notebook/html';

test('text of a page is shown as written: no markup, and no formula that would make the page fetch MathJax', () => {
  const html = plainHtml('<b> $$x$$ \\(y\\) \\begin{z}');
  assert.ok(!/[$\\]|<b>/.test(html), html);
  const text = html.replace(/<\/?span>/g, '').replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
  assert.equal(text, '&lt;b&gt; $$x$$ \\(y\\) \\begin{z}');
});
