import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { datasetHash, type SampleSet } from '../../src/data/dataset';
import { FASHION_SHA1, loadFashionMnist } from '../../src/data/fashionMnist';
import { IDX_FILES } from '../../src/data/files/folder';
import { readIdx, writeIdx } from '../../src/data/files/idx';
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
    assert.equal(set.inputs.length, perClass * 10 * 784);
  }
  assert.equal(classNames[9], 'Ankle boot');
});

test('the first and last rows of each class file are where they belong', () => {
  const { train, test: testing } = loadFashionMnist({ cacheFolder });
  const file = require.resolve('fashion-mnist/src/clothes/0.json');
  const rows = (JSON.parse(readFileSync(file, 'utf8')) as { data: number[][] }).data;
  assert.deepEqual([rows[1000].length, rows[7001].length], [0, 0]);
  const image = ({ inputs }: SampleSet, at: number) => [...inputs.subarray(at * 784, (at + 1) * 784)];
  assert.deepEqual(image(testing, 0), rows[0]);
  assert.deepEqual(image(testing, 9990), rows[999]);
  assert.deepEqual(image(train, 0), rows[1001]);
  assert.deepEqual(image(train, 59990), rows[7000]);
});

const images = () => join(cacheFolder, IDX_FILES.trainImages);
const labels = () => join(cacheFolder, IDX_FILES.trainLabels);

test('a damaged, unfinished or foreign cache is never read but made anew', () => {
  const spoil: Record<string, () => void> = {
    'a folder in place of a file': () => {
      rmSync(labels());
      mkdirSync(labels());
    },
    'truncated images': () => truncateSync(images(), 1_000_000),
    'one byte changed': () => {
      const bytes = readFileSync(images());
      bytes[5000] ^= 1;
      writeFileSync(images(), bytes);
    },
    'labels missing': () => rmSync(labels()),
    // What another user of the machine might put there: files that fit each other, and sums that fit the files.
    'other data with sums of its own': () => {
      const sums = [writeIdx(images(), [20, 28, 28], new Uint8Array(20 * 784)), writeIdx(labels(), [20], new Uint8Array(20))];
      writeFileSync(
        join(cacheFolder, 'checksums.json'),
        JSON.stringify({ source: 'fashion-mnist 1.1.0, format 1', checksums: sums }),
      );
    },
  };
  for (const [what, damage] of Object.entries(spoil)) {
    damage();
    assert.equal(datasetHash(loadFashionMnist({ cacheFolder })), expected, what);
    if (what.startsWith('a folder')) rmSync(labels(), { recursive: true });
  }
  const sums = Object.entries(IDX_FILES).map(([key, name]) => [key, readIdx(join(cacheFolder, name)).sha1]);
  assert.deepEqual(Object.fromEntries(sums), FASHION_SHA1);
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
