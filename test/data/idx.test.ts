import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { readIdx, writeIdx } from '../../src/data/idx';
import { temporaryFolder } from './fixtures';

test('what is written as IDX is read back unchanged, for any shape', (t) => {
  const file = join(temporaryFolder(t), 'array');
  const shapes = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(shapes, fc.infiniteStream(fc.nat(255)), (shape, bytes) => {
      const data = Uint8Array.from([...bytes.take(shape.reduce((a, b) => a * b, 1))]);
      const md5 = writeIdx(file, shape, data);
      const read = readIdx(file);
      assert.deepEqual(read.shape, shape);
      assert.deepEqual([...read.data], [...data]);
      assert.equal(read.md5, md5);
    }),
    { numRuns: 50 },
  );
});

test('the bytes of an IDX file are those of the published format', (t) => {
  const file = join(temporaryFolder(t), 'array');
  writeIdx(file, [1, 258], new Uint8Array(258).fill(9));
  assert.equal(readFileSync(file).toString('hex', 0, 14), '000008020000000100000102' + '0909');
});

test('gzip is recognised by content, and the MD5 sum is that of the unpacked file', (t) => {
  const file = join(temporaryFolder(t), 'no-ending');
  writeIdx(file, [2, 2], Uint8Array.of(1, 2, 3, 255));
  const plain = readFileSync(file);
  writeFileSync(file, gzipSync(plain));
  const read = readIdx(file);
  assert.deepEqual([...read.data], [1, 2, 3, 255]);
  assert.equal(read.md5, createHash('md5').update(plain).digest('hex'));
});

test('damaged IDX files are refused with file, reason and remedy', (t) => {
  const folder = temporaryFolder(t);
  const good = join(folder, 'good');
  writeIdx(good, [3, 4], new Uint8Array(12));
  const bytes = readFileSync(good);
  const wrongType = Buffer.from(bytes);
  wrongType[2] = 0x0d;
  const cases: [string, Buffer, RegExp][] = [
    ['short', bytes.subarray(0, 20), /short: is truncated: 20 bytes instead of 24; fetch the file again/],
    ['header', bytes.subarray(0, 9), /header: is truncated inside its header; fetch/],
    ['empty', bytes.subarray(0, 0), /empty: is truncated: 0 bytes hold no IDX header; fetch/],
    ['long', Buffer.concat([bytes, bytes]), /long: is longer than its header says: 48 bytes instead of 24; fetch/],
    ['text', Buffer.from('<!DOCTYPE html>'), /text: wrong magic number 0x3c21444f; give an IDX file/],
    ['float', wrongType, /float: wrong magic number 0x00000d02; give an IDX file/],
    ['cut.gz', gzipSync(bytes).subarray(0, 20), /cut\.gz: is a damaged gzip file .*; fetch/],
  ];
  for (const [name, content, message] of cases) {
    writeFileSync(join(folder, name), content);
    assert.throws(() => readIdx(join(folder, name)), { message });
  }
  assert.throws(() => readIdx(join(folder, 'absent')), /absent: cannot be read \(ENOENT\); check that the file exists/);
});

test('writing refuses a shape that does not fit the data', (t) => {
  assert.throws(
    () => writeIdx(join(temporaryFolder(t), 'x'), [2, 3], new Uint8Array(5)),
    /shape \[2, 3\] asks for 6 bytes, 5 were given/,
  );
});
