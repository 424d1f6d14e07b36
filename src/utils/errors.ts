import { inspect } from 'node:util';
import { visibleLine } from './visible';

/**
 * Builds an error whose message says subject, reason and remedy, in that order and in one line:
 * `GEM: memoryPerTask must be a positive whole number, got -3; use 1 or more`.
 *
 * @param subject what was being done or by whom, e.g. `ExperienceReplay`
 * @param reason what is wrong, with the offending value as `shown` writes it
 * @param remedy what the user can do about it
 */
export function problem(subject: string, reason: string, remedy?: string): Error {
  const error = new Error(visibleLine(`${subject}: ${reason}${remedy ? `; ${remedy}` : ''}`));
  Error.captureStackTrace(error, problem); // an error that nobody catches shows the line that found it, not this one
  return error;
}

/** Most characters of a value in a message, and most entries of a list in it. */
const LONGEST = 80;
const ENTRIES = 5;

/**
 * A value as messages show it, so that its type can be seen: `'100'` for text, `100` for a number, `[1, '2']`, `null`.
 * Never longer than a line, whatever the value holds.
 */
export function shown(value: unknown): string {
  const line = textOf(value, 2).replace(/\s*\n\s*/g, ' ');
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line;
}

function textOf(value: unknown, depth: number): string {
  if (Array.isArray(value) && depth > 0) {
    const more = value.length > ENTRIES ? [`… ${value.length - ENTRIES} more`] : [];
    return `[${[...Array.from(value.slice(0, ENTRIES), (entry) => textOf(entry, depth - 1)), ...more].join(', ')}]`;
  }
  try {
    return inspect(value, { depth: 1, breakLength: Infinity, maxArrayLength: ENTRIES, maxStringLength: LONGEST });
  } catch {
    return `a value that cannot be shown (${typeof value})`; // its own code for showing it failed
  }
}

/**
 * Fills the gaps of an options object with defaults and refuses names that do not exist, so that a typing mistake
 * (`lamda`) is an error and not a silently ignored setting. An option whose default is true or false takes nothing else
 * (`'false'` would count as true); other values are for `checkNumber` and its siblings.
 *
 * @param subject whose options these are, for the error message
 * @param given the options the caller passed; `undefined`, as a whole or for one option, counts as not given
 * @param defaults every known option with its default value; `undefined` where there is none
 */
export function withDefaults<T extends object>(subject: string, given: Partial<T> | undefined, defaults: T): T {
  const result = { ...defaults };
  if (given === undefined) return result;
  const known = Object.keys(defaults).join(', ');
  if (!isPlainObject(given)) {
    throw problem(subject, `options must be an object of named values, got ${shown(given)}`, `known options: ${known}`);
  }
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(defaults, name)) throw problem(subject, `unknown option ${shown(name)}`, `known options: ${known}`);
    if (value === undefined) continue;
    if (typeof (defaults as Record<string, unknown>)[name] === 'boolean') checkBoolean(subject, name, value);
    (result as Record<string, unknown>)[name] = value;
  }
  return result;
}

/** Whether a value is an object of named values: no list, no map, no instance of a class, whose fields could hide. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Compared by shape: a notebook's cells may have an Object of their own.
  return (
    prototype === null || (Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype as object, 'hasOwnProperty'))
  );
}

/** What a number has to satisfy; see `checkNumber`. */
export interface NumberRule {
  /** Smallest allowed value, inclusive. */
  min?: number;
  /** Largest allowed value, inclusive. */
  max?: number;
  /** Whether the number has to be whole. */
  integer?: boolean;
}

/** Throws when `value` is not a finite number that keeps to `rule`; the message names the option and the allowed range. */
export function checkNumber(subject: string, name: string, value: unknown, rule: NumberRule = {}): asserts value is number {
  const { min = -Infinity, max = Infinity, integer = false } = rule;
  const right =
    typeof value === 'number' && Number.isFinite(value) && value >= min && value <= max && (!integer || Number.isInteger(value));
  if (right) return;
  const kind = integer ? 'a whole number' : 'a number';
  throw problem(subject, `${name} must be ${kind}${rangeInWords(min, max)}, got ${shown(value)}`);
}

function rangeInWords(min: number, max: number): string {
  if (min === -Infinity && max === Infinity) return '';
  if (max === Infinity) return ` of at least ${min}`;
  return min === -Infinity ? ` of at most ${max}` : ` between ${min} and ${max}`;
}

/** Throws when `value` is neither true nor false; text such as `'false'` is refused, it would count as true. */
export function checkBoolean(subject: string, name: string, value: unknown): asserts value is boolean {
  if (typeof value !== 'boolean') throw problem(subject, `${name} must be true or false, got ${shown(value)}`);
}

/** Throws when `value` is not text, or is empty. */
export function checkText(subject: string, name: string, value: unknown): asserts value is string {
  if (typeof value !== 'string') throw problem(subject, `${name} must be text, got ${shown(value)}`);
  if (value.trim() === '') throw problem(subject, `${name} is empty`, 'give at least one visible character');
}

/** Throws when `value` is not one of `choices`; the message lists them. */
export function checkChoice<T extends string | number>(
  subject: string,
  name: string,
  value: unknown,
  choices: readonly T[],
): asserts value is T {
  if ((choices as readonly unknown[]).includes(value)) return;
  const all = choices.map(shown);
  const list = all.length > 1 ? `${all.slice(0, -1).join(', ')} or ${all.at(-1)}` : all.join('');
  throw problem(subject, `${name} must be ${list}, got ${shown(value)}`);
}

/** Throws when `value` is not a function; `example` shows one that fits. */
export function checkFunction(subject: string, name: string, value: unknown, example?: string): void {
  if (typeof value === 'function') return;
  throw problem(subject, `${name} must be a function, got ${shown(value)}`, example && `for example ${example}`);
}

/** Throws when `value` is not an array of at least `min` entries (default 1). */
export function checkList(subject: string, name: string, value: unknown, min = 1): asserts value is readonly unknown[] {
  if (!Array.isArray(value)) throw problem(subject, `${name} must be an array, got ${shown(value)}`);
  if (value.length >= min) return;
  const few = value.length === 0 ? 'is empty' : `has only ${value.length} ${value.length === 1 ? 'entry' : 'entries'}`;
  throw problem(subject, `${name} ${few}`, `pass at least ${min === 1 ? 'one entry' : `${min} entries`} in ${name}`);
}
