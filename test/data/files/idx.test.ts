import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { readIdx, writeIdx } from '../../../src/data/files/idx';
import { runNode } from '../../child';
import { temporaryFolder } from '../fixtures';

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
  assert.equal(read.sha1, createHash('sha1').update(plain).digest('hex'));
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

test('writing refuses a shape that does not fit the data, and numbers that are no bytes', (t) => {
  const file = join(temporaryFolder(t), 'x');
  const cases: [number[], ArrayLike<number>, RegExp][] = [
    [[2, 3], new Uint8Array(5), /shape \[2, 3\] asks for 6 bytes, 5 were given/],
    [[3], Int32Array.of(1, 300, -1), /x: holds whole numbers from 0 to 255, got 300 at position 1; scale or renumber/],
    [[3], Float32Array.of(0, 0.5, 1), /got 0\.5 at position 1/],
    [[1], [NaN], /got NaN at position 0/],
    [[1], ['7'] as never, /got '7' at position 0/],
    [[1], BigInt64Array.of(1n) as never, /the data must be an array of bytes, got/],
    [[], [1], /the shape must be 1 to 255 whole numbers from 0 to 2³²−1, got \[\]/],
    [[1.5], [1], /got \[1\.5\]/],
    [[2 ** 32], [1], /got \[4294967296\]/],
  ];
  for (const [shape, data, message] of cases) assert.throws(() => writeIdx(file, shape, data), { message });
  assert.equal(existsSync(file), false);
  writeIdx(file, [3], Int32Array.of(0, 7, 255));
  assert.deepEqual([...readIdx(file).data], [0, 7, 255]);
});

test('no more is unpacked or read than the header asks for', (t) => {
  const folder = temporaryFolder(t);
  // Made by a process of its own: a child's peak of memory begins with that of its parent.
  const make = `const { gzipSync } = require('node:zlib');
    const place = (name, ...parts) => require('node:fs').writeFileSync(${JSON.stringify(folder)} + '/' + name, gzipSync(Buffer.concat(parts)));
    place('zeros', Buffer.alloc(200e6)); // 200 kB that hold 200 MB and no header
    place('long', Buffer.from([0, 0, 8, 1, 0, 0, 0, 4]), Buffer.alloc(200e6)); // a header for 4 bytes, and 200 MB
    place('huge', Buffer.from([0, 0, 8, 3]), Buffer.alloc(12, 0xff), Buffer.alloc(30_000));`;
  assert.equal(runNode(['-e', make]).status, 0);
  const read = `const { readIdx } = require(${JSON.stringify(join(__dirname, '../../../src/data/files/idx'))});
    for (const name of ['zeros', 'long', 'huge']) {
      try { readIdx(${JSON.stringify(folder)} + '/' + name); } catch (error) { console.log(error.message.replace(/.*[\\/]/, '')); }
    }
    console.log(process.resourceUsage().maxRSS / 1000);`;
  const lines = runNode(['-e', read]).output.trim().split('\n');
  assert.ok(Number(lines.pop()) < 150, 'MB at most');
  assert.deepEqual(lines, [
    'zeros: wrong magic number 0x00000000; give an IDX file of unsigned bytes (0x00000803 images, 0x00000801 labels)',
    'long: is longer than its header says: it holds more than 12 bytes; fetch the file again',
    `huge: its header asks for ${(2 ** 32 - 1) ** 3 + 16} bytes, more than can be read at once; fetch the file again`,
  ]);
});
