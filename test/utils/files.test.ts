import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { checkWritable, writeWhole } from '../../src/utils/files';

const folder = mkdtempSync(join(tmpdir(), 'files-'));
after(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);

test('the whole content is written, with the rights the old file had, and nothing is left beside it', () => {
  const own = at('whole');
  mkdirSync(own);
  const file = join(own, 'a.txt');
  writeWhole(file, 'one');
  chmodSync(file, 0o660);
  writeWhole(file, 'two');
  assert.equal(readFileSync(file, 'utf8'), 'two');
  assert.equal(statSync(file).mode & 0o777, 0o660);
  writeWhole(file, Uint8Array.of(1, 2));
  assert.deepEqual([...readFileSync(file)], [1, 2]);
  assert.deepEqual(readdirSync(own), ['a.txt']);
});

test('a link stays a link, its file gets the content', () => {
  writeFileSync(at('target'), 'old');
  symlinkSync('target', at('link'));
  writeWhole(at('link'), 'new');
  assert.ok(lstatSync(at('link')).isSymbolicLink());
  assert.equal(readFileSync(at('target'), 'utf8'), 'new');
});

test('when the disk is full the old file stays whole, and the reason is told', () => {
  const file = at('full.txt');
  writeFileSync(file, 'old');
  const code = `require(${JSON.stringify(require.resolve('../../src/utils/files'))}).writeWhole(${JSON.stringify(file)}, 'x'.repeat(1e6))`;
  // A limit on the size of files stands for the full disk: the first write is short, the next one fails.
  const { status, stderr } = spawnSync('sh', ['-c', 'ulimit -f 16; exec "$0" -e "$1"', process.execPath, code], {
    encoding: 'utf8',
  });
  assert.notEqual(status, 0);
  assert.match(stderr, /full\.txt: cannot be written: it gets larger than a file may be here; raise the limit/);
  assert.equal(readFileSync(file, 'utf8'), 'old');
  assert.ok(!readdirSync(folder).some((name) => name.endsWith('.tmp')));
});

test(
  'a file that another user protects is not replaced',
  { skip: process.getuid?.() !== 0 && 'only root can become another user' },
  () => {
    const own = at('shared');
    mkdirSync(own);
    chmodSync(own, 0o777);
    writeFileSync(join(own, 'kept'), 'old'); // root's, rights 644, in a folder where everyone may rename
    const module = JSON.stringify(require.resolve('../../src/utils/files'));
    const code = `const { writeWhole } = require(${module}); process.setuid(65534); writeWhole(${JSON.stringify(join(own, 'kept'))}, 'new')`;
    chmodSync(folder, 0o755);
    const { status, stderr } = spawnSync(process.execPath, ['-e', code], { encoding: 'utf8' });
    assert.notEqual(status, 0);
    assert.match(stderr, /kept: cannot be written: there is no right to write there/);
    assert.equal(readFileSync(join(own, 'kept'), 'utf8'), 'old');
  },
);

test('what cannot become a file is refused at the check already, and nothing is changed', () => {
  execFileSync('mkfifo', [at('pipe')]);
  writeFileSync(at('protected'), 'old');
  chmodSync(at('protected'), 0o444);
  symlinkSync('nowhere', at('dangling'));
  const before = readdirSync(folder);
  const cases: [string, RegExp][] = [
    ['', /its name is empty; name a file/],
    [at('missing/a.json'), /its folder does not exist; name a file in an existing folder/],
    [at('new.json/'), /it ends like a folder/],
    [at('target/a.json'), /a part of its path is a file, no folder/],
    [at('x'.repeat(300)), /its name is too long; choose a shorter one/],
    [folder, /it is a folder; name a file in it/],
    [at('pipe'), /it is a device or a pipe/],
    ['/dev/null', /it is a device or a pipe/],
    [at('protected'), /it is write-protected/],
    [at('dangling'), /it is a link to a file that does not exist/],
  ];
  for (const [file, message] of cases) {
    assert.throws(() => checkWritable(file), message, file);
    assert.throws(() => writeWhole(file, 'x'), message, file);
  }
  assert.ok(statSync(at('pipe')).isFIFO());
  checkWritable(at('target'));
  checkWritable(at('not-yet'));
  assert.deepEqual(readdirSync(folder), before);
});
