import assert from 'node:assert/strict';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { datasetHash, type ImageSet } from '../../src/data/dataset';
import { loadFashionMnist } from '../../src/data/fashionMnist';
import { IDX_FILES } from '../../src/data/folder';
import { temporaryFolder, writeTinyFolder } from './fixtures';

let cacheFolder: string;
let expected: string;

before(() => {
  cacheFolder = mkdtempSync(join(tmpdir(), 'continual-learning-test-'));
  expected = datasetHash(loadFashionMnist({ cacheFolder }));
});
after(() => rmSync(cacheFolder, { recursive: true, force: true }));
beforeEach(() => delete process.env.CL_DATA_DIR);

test('the package holds 6000 training and 1000 test images of each of ten classes', () => {
  const { train, test: testing, classNames } = loadFashionMnist({ cacheFolder });
  for (const [set, perClass] of [
    [train, 6000],
    [testing, 1000],
  ] as const) {
    const counts = new Array<number>(10).fill(0);
    for (const label of set.labels) counts[label]++;
    assert.deepEqual(counts, new Array(10).fill(perClass));
    assert.equal(set.images.length, perClass * 10 * 784);
  }
  assert.equal(classNames[9], 'Ankle boot');
});

test('the first and last rows of each class file are where they belong', () => {
  const { train, test: testing } = loadFashionMnist({ cacheFolder });
  const file = require.resolve('fashion-mnist/src/clothes/0.json');
  const rows = (JSON.parse(readFileSync(file, 'utf8')) as { data: number[][] }).data;
  assert.deepEqual([rows[1000].length, rows[7001].length], [0, 0]);
  const image = ({ images }: ImageSet, at: number) => [...images.subarray(at * 784, (at + 1) * 784)];
  assert.deepEqual(image(testing, 0), rows[0]);
  assert.deepEqual(image(testing, 9990), rows[999]);
  assert.deepEqual(image(train, 0), rows[1001]);
  assert.deepEqual(image(train, 59990), rows[7000]);
});

test('a damaged or unfinished cache is never read but made anew', () => {
  const spoil: Record<string, () => void> = {
    'truncated images': () => truncateSync(join(cacheFolder, IDX_FILES.trainImages), 1_000_000),
    'one byte changed': () => {
      const file = join(cacheFolder, IDX_FILES.testImages);
      const bytes = readFileSync(file);
      bytes[5000] ^= 1;
      writeFileSync(file, bytes);
    },
    'no checksum file': () => rmSync(join(cacheFolder, 'checksums.json')),
    'half a checksum file': () => truncateSync(join(cacheFolder, 'checksums.json'), 40),
    'another version': () => {
      const file = join(cacheFolder, 'checksums.json');
      writeFileSync(file, readFileSync(file, 'utf8').replace('format 1', 'format 0'));
    },
    'labels missing': () => rmSync(join(cacheFolder, IDX_FILES.testLabels)),
  };
  for (const [what, damage] of Object.entries(spoil)) {
    damage();
    // A changed checksum file alone leaves the stamp of the remembered data set as it is: touch the folder's data too.
    const labels = join(cacheFolder, IDX_FILES.trainLabels);
    writeFileSync(labels, readFileSync(labels));
    const checksums = join(cacheFolder, 'checksums.json');
    if (existsSync(checksums)) utimesSync(checksums, 0, 0);
    assert.equal(datasetHash(loadFashionMnist({ cacheFolder })), expected, what);
    assert.ok(statSync(checksums).mtimeMs > 0, `${what}: made anew`);
  }
});

test('a cache that cannot be written does not keep the data from being read', (t) => {
  const file = join(temporaryFolder(t), 'a-file');
  writeFileSync(file, '');
  assert.equal(datasetHash(loadFashionMnist({ cacheFolder: join(file, 'cache') })), expected);
});

test('a complete cache is read, not converted again', (t) => {
  const copy = temporaryFolder(t); // a folder of another name, so that nothing is remembered of it
  cpSync(cacheFolder, copy, { recursive: true });
  const written = statSync(join(copy, IDX_FILES.trainImages)).mtimeMs;
  assert.equal(datasetHash(loadFashionMnist({ cacheFolder: copy })), expected);
  assert.equal(statSync(join(copy, IDX_FILES.trainImages)).mtimeMs, written);
});

test('a folder of IDX files takes precedence over the package, by option or CL_DATA_DIR', (t) => {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, 'fashion-mnist'));
  writeTinyFolder(join(folder, 'fashion-mnist'));
  assert.equal(loadFashionMnist({ folder }).train.labels.length, 20);
  process.env.CL_DATA_DIR = folder;
  assert.equal(loadFashionMnist().train.labels.length, 20);
});
