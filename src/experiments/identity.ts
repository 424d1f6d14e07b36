import { createHash } from 'node:crypto';
import { problem, shown } from '../utils/errors';
import type { Spec } from './spec';

/**
 * A value as JSON with the keys of every object sorted and absent values left out, so that equal content is equal text.
 *
 * @throws where the value holds what JSON cannot say: a function, NaN, an object of a class
 */
export function canonicalJson(value: unknown, where = 'spec'): string {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return JSON.stringify(value);
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item, i) => canonicalJson(item, `${where}[${i}]`)).join(',')}]`;
  if (typeof value === 'object' && [Object.prototype, null].includes(Object.getPrototypeOf(value) as object | null)) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    entries.sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([name, item]) => `${JSON.stringify(name)}:${canonicalJson(item, `${where}.${name}`)}`).join(',')}}`;
  }
  throw problem(
    where,
    `${shown(value)} (${typeof value}) is not plain JSON`,
    'use numbers, text, true, false, null, lists and objects',
  );
}

/** Hash of the canonical JSON of a value, 16 hexadecimal digits. */
export function hashOf(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex').slice(0, 16);
}

/** What runs have in common that differ in their seed only: a hash of the spec without it. Their mean is a mean over seeds. */
export function configurationId(spec: Spec): string {
  return hashOf({ ...spec, seed: undefined });
}
