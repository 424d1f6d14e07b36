import { escapeHtml } from '../utils/html';

/**
 * Text for the body of a page, letter by letter: escaped, and with `$` and `\` apart from their neighbours, so that MathJax
 * finds no formula in it and an exported page need not fetch MathJax.
 */
export function plainHtml(text: unknown): string {
  return escapeHtml(text).replace(/[$\\]/g, (sign) => `<span>&#${sign.charCodeAt(0)};</span>`);
}
