import { problem } from '../../../utils/errors';

/** What a value from a queue may hold at most. */
export interface JsonLimits {
  /** Characters of all of it, as JSON. */
  characters: number;
  /** Lists and objects within each other. */
  depth: number;
  /** Characters of one text. */
  text: number;
}

/** Names that mean more than themselves in JavaScript. */
const REFUSED = ['__proto__', 'constructor', 'prototype'];
const CONTROL = /\p{Cc}/u;

/**
 * Throws unless a value that was read as JSON keeps to the limits and none of its names or texts plays tricks: with prototypes, or
 * with the terminal it may be shown on. The depth is looked at first, so that the rest cannot run out of stack.
 */
export function checkPlainJson(subject: string, value: unknown, limits: JsonLimits): void {
  walk(subject, value, limits, limits.depth);
  const { length } = JSON.stringify(value) ?? '';
  if (length > limits.characters)
    throw problem(subject, `it has ${length} characters`, `at most ${limits.characters} are allowed`);
}

function walk(subject: string, value: unknown, limits: JsonLimits, depth: number): void {
  if (typeof value === 'string') checkText(subject, value, limits.text);
  if (typeof value !== 'object' || value === null) return;
  if (depth === 0) throw problem(subject, `lists and objects are nested more than ${limits.depth} deep`);
  for (const [name, item] of Object.entries(value)) {
    if (!Array.isArray(value)) checkName(subject, name);
    walk(subject, item, limits, depth - 1);
  }
}

function checkName(subject: string, name: string): void {
  checkText(subject, name, 100);
  if (REFUSED.includes(name)) throw problem(subject, `'${name}' is no name of a field`);
}

function checkText(subject: string, text: string, most: number): void {
  if (text.length > most) throw problem(subject, `a text has ${text.length} characters`, `at most ${most} are allowed`);
  if (CONTROL.test(text)) throw problem(subject, `a text holds control characters (${JSON.stringify(text.slice(0, 40))})`);
}

/** A text of somebody else as one line that can be shown anywhere. */
export function oneLine(text: unknown, most = 500): string {
  const line = String(text)
    .trim()
    .split('\n')[0]
    .replace(/\p{Cc}/gu, ' ');
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
}
