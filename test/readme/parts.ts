import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './tables';

/** The README's path. */
export const README = join(ROOT, 'README.md');

/** The TypeScript code blocks of the README. */
export function snippets(): string[] {
  return [...readFileSync(README, 'utf8').matchAll(/```ts\n([^]*?)```/g)].map(([, code]) => code);
}

/** The npm scripts the README names. */
export const COMMANDS_OF_README = [
  ...new Set(
    [...readFileSync(README, 'utf8').matchAll(/`?npm (?:run )?(lab|test|benchmark|doctor|notebooks|bench)\b/g)].map(
      ([, name]) => name,
    ),
  ),
];
