import { isPlainObject, shown } from '../utils/errors';

/**
 * What plain JSON has to be: a kind of value, a list of one form (`[form]`), or named values. A name that ends in `?` may be absent,
 * `*` stands for all names; names that are not mentioned may hold anything.
 */
export type Form = keyof typeof KINDS | readonly [Form] | { readonly [name: string]: Form };

const KINDS = {
  text: { fits: (value: unknown) => typeof value === 'string', inWords: 'text' },
  number: { fits: Number.isFinite, inWords: 'a number' },
  'number or null': { fits: (value: unknown) => value === null || Number.isFinite(value), inWords: 'a number or null' },
  id: { fits: (value: unknown) => typeof value === 'string' && /^[0-9a-f]{16}$/.test(value), inWords: 'the id of a run' },
};

/**
 * Says what of a value is not as it has to be: `made.machine.cpu is 3, not text`; undefined where all is.
 *
 * @param name what the value is called in the answer; '' for its own names alone
 */
export function misfit(value: unknown, form: Form, name = ''): string | undefined {
  const not = (what: string) => `${name || 'it'} is ${shown(value)}, not ${what}`;
  if (typeof form === 'string') return KINDS[form].fits(value) ? undefined : not(KINDS[form].inWords);
  if (isList(form)) {
    if (!Array.isArray(value)) return not('a list');
    return first(value, (entry, i) => misfit(entry, form[0], `${name}[${i}]`));
  }
  if (!isPlainObject(value)) return not('an object');
  const inside = name === '' ? '' : `${name}.`;
  return first(Object.entries(form), ([key, one]) => {
    if (key === '*') return first(Object.entries(value), ([own, entry]) => misfit(entry, one, `${inside}${own}`));
    const own = key.replace(/\?$/, '');
    return own !== key && value[own] === undefined ? undefined : misfit(value[own], one, `${inside}${own}`);
  });
}

const isList = (form: object): form is readonly [Form] => Array.isArray(form);

function first<T>(items: readonly T[], find: (item: T, i: number) => string | undefined): string | undefined {
  for (let i = 0; i < items.length; i++) {
    const found = find(items[i], i);
    if (found !== undefined) return found;
  }
  return undefined;
}
