import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { existingStore } from '../../src/evidence/existingStore';
import { openStore } from '../../src/experiments';

const folder = mkdtempSync(join(tmpdir(), 'evidence-store-'));
after(() => rmSync(folder, { recursive: true }));

test('a folder or a store that is there is opened; the default one may be absent', () => {
  mkdirSync(join(folder, 'there'));
  assert.equal(existingStore(join(folder, 'there')).folder, join(folder, 'there'));
  const store = openStore(join(folder, 'there'));
  assert.equal(existingStore(store), store);
  assert.doesNotThrow(() => existingStore(undefined));
});

test('one that is named and not there, or is no store, is refused', () => {
  assert.throws(() => existingStore(join(folder, 'typo')), /typo: it does not exist; name the folder of a store/);
  assert.throws(() => existingStore(openStore(join(folder, 'typo'))), /typo: it does not exist/);
  for (const wrong of [3, null, {}]) assert.throws(() => existingStore(wrong as never), /loadReproductions: store is/);
});
