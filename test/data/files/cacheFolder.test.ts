import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { cacheFolder } from '../../../src/data/files/cacheFolder';
import { runNode } from '../../child';
import { temporaryFolder } from '../fixtures';

const root = resolve(__dirname, '../../../..');

test('converted data is kept in the own .cache of the package', () => {
  const folder = cacheFolder('fashion-mnist');
  assert.equal(folder, join(root, '.cache', 'data', 'fashion-mnist'));
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.startsWith('try-')),
    [],
  );
});

/** The folder that is chosen where folders below `closed` cannot be made. */
function chosenWithout(closed: string[], environment: Record<string, string>): string {
  const script = `const fs = require('node:fs'), make = fs.mkdirSync;
    fs.mkdirSync = (folder, options) => { if (${JSON.stringify(closed)}.some((each) => folder.startsWith(each))) throw new Error('EROFS'); return make(folder, options); };
    console.log(require(${JSON.stringify(join(__dirname, '../../../src/data/files/cacheFolder'))}).cacheFolder('x-data'));`;
  return runNode(['-e', script], environment).output.trim();
}

test('where the package cannot be written it is the cache of the user, never a folder where everyone writes', (t) => {
  const own = temporaryFolder(t);
  const file = join(own, 'file');
  writeFileSync(file, '');
  assert.equal(chosenWithout([root], { XDG_CACHE_HOME: own }), join(own, 'continual-learning', 'x-data'));
  assert.equal(chosenWithout([root], { XDG_CACHE_HOME: '', HOME: own }), join(own, '.cache', 'continual-learning', 'x-data'));
  assert.equal(chosenWithout([root], { XDG_CACHE_HOME: file }), 'undefined');
});
