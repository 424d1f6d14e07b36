import { escapeHtml } from '../utils/html';

/**
 * Text for the body of a page, letter by letter: escaped, and with `$` and `\` apart from their neighbours, so that MathJax
 * finds no formula in it and an exported page need not fetch MathJax.
 */
export function plainHtml(text: unknown): string {
  return escapeHtml(text).replace(/[$\\]/g, (sign) => `<span>&#${sign.charCodeAt(0)};</span>`);
}

/** A value as JSON that may stand inside a `<script>` element. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value)
    .replace(/</g, '\\u003c')
    .replace(/\u2028/g, '\\u2028')
    .replace(/\u2029/g, '\\u2029');
}

/** JavaScript of a library as a `<script>` element that sets its global even where a module loader is on the page. */
export function inlineScript(code: string): string {
  const safe = code.replace(/<\/(?=script)/gi, '<\\/').replace(/<!--/g, '<\\!--');
  return `<script>(function (define, module, exports) {\n${safe}\n}).call(window, undefined, undefined, undefined);</script>`;
}
