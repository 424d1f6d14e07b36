/**
 * Builds an error whose message says subject, reason and remedy, in that order:
 * `GEM: memorySize must be a positive whole number, got -3; use 1 or more`.
 *
 * @param subject what was being done or by whom, e.g. `ExperienceReplay`
 * @param reason what is wrong, with the offending value
 * @param remedy what the reader can do about it
 */
export function problem(subject: string, reason: string, remedy?: string): Error {
  const error = new Error(`${subject}: ${reason}${remedy ? `; ${remedy}` : ''}`);
  Error.captureStackTrace(error, problem); // an error that nobody catches shows the line that found it, not this one
  return error;
}

/**
 * Fills the gaps of an options object with defaults and refuses names that do not exist, so that a typing mistake
 * (`lamda`) is an error and not a silently ignored setting.
 *
 * @param subject whose options these are, for the error message
 * @param given the options the caller passed; `undefined` values count as not given
 * @param defaults every known option with its default value
 */
export function withDefaults<T extends object>(subject: string, given: Partial<T> | undefined, defaults: T): T {
  const result = { ...defaults };
  for (const [name, value] of Object.entries(given ?? {})) {
    if (!Object.hasOwn(defaults, name)) {
      throw problem(subject, `unknown option '${name}'`, `known options: ${Object.keys(defaults).join(', ')}`);
    }
    if (value !== undefined) (result as Record<string, unknown>)[name] = value;
  }
  return result;
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
export function checkNumber(subject: string, name: string, value: unknown, rule: NumberRule = {}): void {
  const { min = -Infinity, max = Infinity, integer = false } = rule;
  const right =
    typeof value === 'number' && Number.isFinite(value) && value >= min && value <= max && (!integer || Number.isInteger(value));
  if (right) return;
  const kind = integer ? 'a whole number' : 'a number';
  const range = max === Infinity ? (min === -Infinity ? '' : ` of at least ${min}`) : ` between ${min} and ${max}`;
  throw problem(subject, `${name} must be ${kind}${range}, got ${String(value)}`);
}

/** A value as an error message shows it, with its type visible: `'100'` for text, `100` for a number. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (Array.isArray(value)) return `[${value.map(shown).join(', ')}]`;
  return String(value);
}
