import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { runNode } from '../../child';

const library = JSON.stringify(join(__dirname, '../../../src/index.js'));

/** What initBackend('native') says where reading the addon's folder gives this. */
function opened(folder: string): string {
  return runNode([
    '-e',
    `const fs = require('node:fs'), real = fs.readdirSync;
    fs.readdirSync = (path, ...more) => /tfjs-node.lib$/.test(path) ? (${folder}) : real(path, ...more);
    require(${library}).initBackend('native').then(console.log, ({ message }) => console.log(message));`,
  ]).output.trim();
}

test('a missing addon, and one for a newer Node only, are told with what to do', () => {
  const message = 'native backend: the native addon of @tensorflow/tfjs-node is not there; npm rebuild @tensorflow/tfjs-node';
  assert.equal(opened('[]'), message);
  assert.equal(opened("['napi-v999', 'notes.txt']"), message);
  assert.equal(opened("(() => { throw new Error('ENOENT'); })()"), message);
});

test('of several addons the newest that this Node knows is taken', () => {
  assert.match(opened("['napi-v3', 'napi-v999', 'napi-v2']"), /napi-v3.tfjs_binding\.node/);
});

test('the native backend loads none of the JavaScript of TensorFlow.js', () => {
  const { output } = runNode([
    '-e',
    `const cl = require(${library});
    cl.initBackend().then((device) => {
      const loaded = Object.keys(require.cache).filter((file) => /@tensorflow/.test(file) && !/\\.node$/.test(file));
      console.log(JSON.stringify([device.includes('native'), loaded.length]));
    });`,
  ]);
  const [native, loaded] = JSON.parse(output) as [boolean, number];
  if (native) assert.equal(loaded, 0);
});
