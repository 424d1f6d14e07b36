import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { between, DOCUMENTS, textOf } from './parts';
import { ROOT } from './markdown';

/** What is set only, or belongs to an environment that is passed on; the documents need no row for it. */
const SET_ONLY = ['NODE_OPTIONS', 'NODE_TEST_CONTEXT', 'npm_config_python', 'npm_config_nodedir', 'TSESTREE_SINGLE_RUN'];

/** Folders that a command makes. */
const MADE = ['notebooks/variants'];

const code = ['src', 'test', 'kernel-setup'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.([cm]?[jt]s|py)$/.test(file))
    .map((file) => readFileSync(join(ROOT, folder, file), 'utf8')),
);

/** The variables in a table: every name in its first column. */
function variablesIn(document: (typeof DOCUMENTS)[number]): string[] {
  const [, , table] = between('variables').exec(textOf(document)) ?? assert.fail(`${document} has no table of variables`);
  const rows = table.split('\n').slice(2);
  return rows.flatMap((row) => [...row.split('|')[1].matchAll(/`(\w+)`/g)].map(([, name]) => name));
}

test('every environment variable that is read stands in the table of README or CONTRIBUTING, and none that nobody reads', () => {
  const members = code.flatMap((text) => [...text.matchAll(/\benv\.([A-Za-z]\w*)/g)].map(([, name]) => name));
  const unpacked = code.flatMap((text) =>
    [...text.matchAll(/\{([^{}]*)\} = (?:process|context)\.env\b/g)].flatMap(
      ([, names]) => names.match(/\b[A-Z][A-Z_]+\b/g) ?? [],
    ),
  );
  const inPython = code.flatMap((text) => [...text.matchAll(/\benviron(?:\.get\(|\[)["'](\w+)/g)].map(([, name]) => name));
  const read = new Set([...members, ...unpacked, ...inPython]);
  const named = [...variablesIn('README.md'), ...variablesIn('CONTRIBUTING.md')];
  assert.ok(read.size > 20 && read.has('CL_BACKEND'));
  assert.deepEqual([...read].filter((name) => ![...named, ...SET_ONLY].includes(name)).sort(), []);
  assert.deepEqual(named.filter((name) => !read.has(name)).sort(), []);
  assert.deepEqual(
    named.filter((name, i) => named.indexOf(name) !== i),
    [],
  );
});

test('every file and folder that the documents name exists', () => {
  for (const document of DOCUMENTS) {
    const places = [...textOf(document).matchAll(/`((?:src|test|kernel-setup|notebooks|dist\/test)\/[\w./-]+)`/g)].map(
      ([, place]) => place,
    );
    const missing = places.filter((place) => !place.includes('NAME') && !MADE.includes(place) && !existsSync(join(ROOT, place)));
    assert.deepEqual(missing, [], document);
  }
  const named = [...textOf('CONTRIBUTING.md').matchAll(/`src\//g)];
  assert.ok(named.length > 50);
});

test('every name in code of CONTRIBUTING occurs in the project', () => {
  const names = [...textOf('CONTRIBUTING.md').matchAll(/`([A-Za-z_]\w{3,})`/g)].map(([, name]) => name);
  const known = ['load', 'NAME', 'noUncheckedIndexedAccess'];
  const missing = names.filter((name) => !known.includes(name) && !code.some((text) => new RegExp(`\\b${name}\\b`).test(text)));
  assert.deepEqual([...new Set(missing)], []);
});
