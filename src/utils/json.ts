import { problem } from './errors';

/** Most characters of a text that is parsed: a text of empty objects takes about 20 times its length in memory. */
export const LONGEST_JSON = 32 * 2 ** 20;
/** Deepest nesting; whoever walks through what was parsed may do so by recursion. */
export const DEEPEST_JSON = 100;
/** Names that mean something to JavaScript itself, and are no names of entries. */
export const NAMES_OF_JAVASCRIPT: readonly string[] = ['__proto__', 'constructor', 'prototype'];
const REMEDY = 'use another copy';

/**
 * Parses JSON that may be damaged or hostile: refused before it is parsed is what is too long, too deep, has a name twice in one
 * object (`JSON.parse` would take the last one), or a name such as `__proto__`.
 *
 * @param subject where it comes from, e.g. the name of a file
 * @throws naming what is wrong; the text itself is not shown, it may be anybody's
 */
export function parseJson(subject: string, text: string): unknown {
  if (text.length > LONGEST_JSON) {
    throw problem(subject, `its JSON has ${text.length} characters, ${LONGEST_JSON} at most are read`, REMEDY);
  }
  checkNames(subject, text);
  try {
    return JSON.parse(text);
  } catch {
    throw problem(subject, 'it is damaged: it is not JSON', REMEDY);
  }
}

/** Looks at the brackets and names of a text without parsing it; of what is no JSON it may find anything. */
function checkNames(subject: string, text: string): void {
  const open: (Set<string> | undefined)[] = []; // the names so far of each object or list around
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (sign === '{' || sign === '[') {
      open.push(undefined);
      if (open.length > DEEPEST_JSON) throw problem(subject, `its JSON is nested more than ${DEEPEST_JSON} deep`, REMEDY);
    } else if (sign === '}' || sign === ']') {
      open.pop();
    } else if (sign === '"') {
      const end = endOfText(text, at);
      if (open.length > 0 && isName(text, end)) {
        open[open.length - 1] = withName(subject, open[open.length - 1], text.slice(at, end + 1));
      }
      at = end;
    }
  }
}

/** Where the text that begins at a quotation mark ends; the last character where it does not. */
function endOfText(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text[end - 1 - backslashes] === '\\') backslashes++;
    if (backslashes % 2 === 0) return end;
  }
  return text.length - 1;
}

/** Whether a colon follows. */
function isName(text: string, end: number): boolean {
  let next = end + 1;
  while (' \n\r\t'.includes(text[next] || '-')) next++;
  return text[next] === ':';
}

function withName(subject: string, names = new Set<string>(), quoted: string): Set<string> {
  const name = unquoted(quoted);
  if (NAMES_OF_JAVASCRIPT.includes(name))
    throw problem(subject, `its JSON has an entry named ${name}`, 'use a copy from a source you trust');
  if (names.has(name)) throw problem(subject, 'its JSON has one name twice in one object', REMEDY);
  return names.add(name);
}

function unquoted(quoted: string): string {
  try {
    return quoted.includes('\\') ? (JSON.parse(quoted) as string) : quoted.slice(1, -1);
  } catch {
    return quoted; // no JSON, as JSON.parse will say
  }
}
