import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import ts from 'typescript';

const ROOT = resolve(__dirname, '..', '..'); // of the project; this file runs from dist/test

/** Folders of `test/` that test no room: bad inputs, examples of methods of one's own, the kernel and the set-up of kernel-setup/, notebooks, the package, README, numbers, speed, soak. */
const OTHER_FOLDERS = ['badInputs', 'bench', 'examples', 'kernel', 'notebooks', 'numbers', 'package', 'readme', 'setup', 'soak'];

const filesBelow = (folder: string) =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));

/** Whether a file of `src/` holds types, imports and re-exports only: there is nothing in it to run. */
function onlyTypes(file: string): boolean {
  const { statements } = ts.createSourceFile(file, readFileSync(join(ROOT, 'src', file), 'utf8'), ts.ScriptTarget.Latest);
  const kinds = [ts.isInterfaceDeclaration, ts.isTypeAliasDeclaration, ts.isImportDeclaration, ts.isExportDeclaration];
  return statements.every((statement) => kinds.some((is) => is(statement)));
}

test('every folder of test/ has the name of a folder of src/, or is known to test something else', () => {
  const folders = new Set(filesBelow('test').map((file) => file.split(/[\\/]/).slice(0, -1).join('/')));
  const unknown = [...folders].filter((folder) => {
    return !OTHER_FOLDERS.includes(folder.split('/')[0]) && !existsSync(join(ROOT, 'src', folder));
  });
  assert.deepEqual(unknown, []);
});

test('files of src/ without a test file of the same name are listed', (t) => {
  const running = filesBelow('src').filter((file) => !/(^|[\\/])index\.ts$/.test(file) && !onlyTypes(file));
  const tests = new Set(filesBelow('test'));
  const without = running.filter((file) => !tests.has(file.replace(/\.ts$/, '.test.ts'))).sort();
  t.diagnostic(`${without.length} of ${running.length}: ${without.join(', ')}`);
  assert.ok(running.length > 50 && without.length < running.length, 'files and tests are found');
});
