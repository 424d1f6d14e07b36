import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readOpened } from '../../src/utils/openFile';

const folder = mkdtempSync(join(tmpdir(), 'open-'));
after(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

test('bytes come one after the other, each part in memory of its own', () => {
  writeFileSync(at('five'), Uint8Array.of(1, 2, 3, 4, 5));
  const parts = readOpened(at('five'), ({ size, read }) => [size, read(2), read(0), read(3)]);
  assert.deepEqual(parts, [5, Uint8Array.of(1, 2), new Uint8Array(0), Uint8Array.of(3, 4, 5)]);
  assert.equal((parts[1] as Uint8Array).buffer.byteLength, 2);
});

test('a file that becomes shorter meanwhile is an error, no endless loop', () => {
  writeFileSync(at('short'), new Uint8Array(10));
  const read = () =>
    readOpened(at('short'), (file) => {
      file.read(4);
      truncateSync(at('short'), 6);
      return file.read(4);
    });
  assert.throws(read, /short: it ends before all is read; use another copy$/);
});

test('what is no regular file is refused at once: a folder, a named pipe, a device, a link to nothing', () => {
  execFileSync('mkfifo', [at('pipe')]);
  symlinkSync(at('nothing'), at('link'));
  symlinkSync(at('pipe'), at('link to pipe'));
  const wrong: [string, RegExp][] = [
    [folder, /: is no regular file; give the path of a file$/],
    [at('pipe'), /pipe: is no regular file/],
    [at('link to pipe'), /is no regular file/],
    ['/dev/zero', /\/dev\/zero: is no regular file/],
    [at('link'), /link: cannot be read \(ENOENT\); check that the file exists/],
    [join(at('five'), 'x'), /cannot be read \(ENOTDIR\)/],
    ['a\0b', /cannot be read \(ERR_INVALID_ARG_VALUE\)/],
  ];
  for (const [file, message] of wrong) assert.throws(() => readOpened(file, () => assert.fail('opened')), message, file);
});

test('what the work throws comes through, and the file is closed', () => {
  assert.throws(
    () =>
      readOpened(at('five'), () => {
        throw new Error('own');
      }),
    /^Error: own$/,
  );
});
