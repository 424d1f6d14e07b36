import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from './markdown';

/** The documents that the tests hold to the code, relative to the project. */
export const DOCUMENTS = ['README.md', 'CONTRIBUTING.md', join('test', 'bench', 'SPEED.md')] as const;
export type DocumentName = (typeof DOCUMENTS)[number];

/** The text of a document. */
export function textOf(name: DocumentName): string {
  return readFileSync(join(ROOT, name), 'utf8');
}

/** The TypeScript code blocks of the README, each with the section it stands in. */
export function snippets(): { section: string; code: string }[] {
  return textOf('README.md')
    .split(/^## /m)
    .flatMap((part) => [...part.matchAll(/```ts\n([^]*?)```/g)].map(([, code]) => ({ section: part.split('\n')[0], code })));
}

/** What stands between a marker and its end. */
export function between(marker: string): RegExp {
  return new RegExp(`(<!-- ${marker} -->\n)([^]*?)(\n?<!-- end -->)`);
}

/** The npm scripts that a text names: `npm run lab`, `npm test`. */
export function commandsIn(text: string): string[] {
  return [
    ...new Set([...text.matchAll(/(?:`|^)npm (?:run )?(?!run\b|install\b|ci\b|pack\b)([a-z]+)/gm)].map(([, name]) => name)),
  ];
}

/** A link or picture: where it leads, and the heading there, if it names one. */
export interface Link {
  file: string;
  anchor: string | undefined;
}

/** Links and pictures of a document that lead into the project; `file` is relative to the project. */
export function linksOf(name: DocumentName): Link[] {
  const prose = textOf(name).replace(/```[^]*?```/g, '');
  return [...prose.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, target]) => {
    const [path, anchor] = target.split('#');
    return { file: path === '' ? name : join(dirname(name), path), anchor };
  });
}

/** The anchors of a Markdown text, as GitHub makes them of headings. */
export function anchorsOf(text: string): string[] {
  const headings = text.replace(/```[^]*?```/g, '').matchAll(/^#+ (.+)$/gm);
  return [...headings].map(([, heading]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replace(/ /g, '-'),
  );
}
