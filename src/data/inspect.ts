import { inspect } from 'node:util';

/**
 * Gives an object a one-line appearance in notebooks and consoles, where its arrays would otherwise fill the page.
 * The object itself is returned; its own keys stay as they are.
 */
export function describedAs<T extends object>(object: T, describe: (object: T) => string): T {
  return Object.defineProperty(object, inspect.custom, { value: () => describe(object), enumerable: false });
}
