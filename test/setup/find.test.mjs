import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { syncBuiltinESMExports } from 'node:module';
import { mock, test } from 'node:test';
import { folderSize } from '../../kernel-setup/lib/find.mjs';

test('the size of a folder counts all files below it, and what vanishes while it is counted counts nothing', (context) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'find-'));
  context.after(() => fs.rmSync(folder, { recursive: true, force: true }));
  fs.mkdirSync(path.join(folder, 'kept', 'deep'), { recursive: true });
  fs.mkdirSync(path.join(folder, 'vanishing'));
  fs.writeFileSync(path.join(folder, 'a'), 'x'.repeat(10));
  fs.writeFileSync(path.join(folder, 'kept', 'deep', 'b'), 'x'.repeat(5));
  fs.writeFileSync(path.join(folder, 'vanishing', 'c'), 'x'.repeat(100));
  assert.equal(folderSize(folder), 115);
  assert.equal(folderSize(path.join(folder, 'none')), 0);

  const { readdirSync } = fs;
  let there = true;
  mock.method(fs, 'readdirSync', (...args) => {
    const entries = readdirSync(...args);
    if (there) {
      there = false; // removing reads folders, too
      fs.rmSync(path.join(folder, 'vanishing'), { recursive: true, force: true });
    }
    return entries;
  });
  syncBuiltinESMExports();
  try {
    assert.equal(folderSize(folder), 15);
  } finally {
    mock.restoreAll();
    syncBuiltinESMExports();
  }
});
