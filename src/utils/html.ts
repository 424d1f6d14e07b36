import { visible } from './visible';

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text as it may stand in HTML and SVG, in attributes too. */
export function escapeHtml(text: unknown): string {
  return visible(String(text)).replace(/[&<>"']/g, (sign) => ENTITIES[sign]);
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
