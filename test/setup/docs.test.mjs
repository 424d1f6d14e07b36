import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { projectRoot, runScript } from './helpers.mjs';

/** Writes the reference into a folder that is removed after the test. */
function writeDocs(t, options) {
  const folder = mkdtempSync(path.join(tmpdir(), 'docs-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const out = path.join(folder, 'docs');
  const result = runScript(`
    import { docs } from './kernel-setup/commands/docs.mjs';
    import { createContext } from './kernel-setup/lib/context.mjs';
    process.exitCode = await docs(createContext(), ${JSON.stringify(['--out', out, ...options(folder)])});`);
  return { ...result, out };
}

/** Links of a page to pages and files of the same folder, without those to other sites and without what runs in the page. */
const linksOf = (html) =>
  [...html.matchAll(/ (?:href|src)="([^"]+)"/g)].map(([, link]) => link).filter((link) => !/^(https?|data|mailto):/.test(link));

test('the reference is written, everything public has a docstring, and every link of every page leads somewhere', (t) => {
  const { status, output, out } = writeDocs(t, () => []);
  assert.equal(status, 0, output);
  const pages = readdirSync(out, { recursive: true }).filter((file) => file.endsWith('.html'));
  const text = new Map(pages.map((file) => [path.join(out, file), readFileSync(path.join(out, file), 'utf8')]));
  const dead = [...text].flatMap(([page, html]) =>
    linksOf(html).filter((link) => {
      const [file, anchor] = link.split('#');
      const target = file ? path.join(path.dirname(page), decodeURIComponent(file)) : page;
      if (!existsSync(target)) return true;
      return Boolean(anchor) && target.endsWith('.html') && !text.get(target).includes(`id="${decodeURIComponent(anchor)}"`);
    }),
  );
  assert.deepEqual([...new Set(dead)], []);
  assert.ok(pages.length > 100, `${pages.length} pages`);

  const front = text.get(path.join(out, 'index.html'));
  assert.match(front, /Continual learning in TypeScript/, 'the front page carries the comment of src/index.ts');
  const rooms = [...readFileSync(path.join(projectRoot, 'src', 'index.ts'), 'utf8').matchAll(/from '\.\/(\w+)/g)];
  const headings = [...front.matchAll(/<h2 class="tsd-anchor-link" id="[^"]*">(\w+)/g)].map(([, room]) => room);
  assert.deepEqual(
    headings,
    [...new Set(rooms.map(([, room]) => room))],
    'names stand under their rooms, in the order of src/index.ts',
  );
});

test('a public function without docstring, and a public type nobody can name, are errors', (t) => {
  const { status, output } = writeDocs(t, (folder) => {
    const write = (file, content) => writeFileSync(path.join(folder, file), content);
    write(
      'index.ts',
      'interface Hidden { size: number }\nexport function bare(hidden: Hidden): number { return hidden.size; }\n',
    );
    write('tsconfig.json', JSON.stringify({ files: ['index.ts'] }));
    write('package.json', JSON.stringify({ name: 'small', version: '1.0.0' }));
    const ours = path.join(projectRoot, 'kernel-setup', 'docs', 'typedoc.json');
    write('typedoc.json', JSON.stringify({ extends: ours, entryPoints: ['index.ts'], tsconfig: 'tsconfig.json' }));
    return ['--options', path.join(folder, 'typedoc.json')];
  });
  assert.notEqual(status, 0);
  assert.match(output, /bare .*does not have any documentation/);
  assert.match(output, /Hidden.* is referenced by .*bare.* but not included/);
});
