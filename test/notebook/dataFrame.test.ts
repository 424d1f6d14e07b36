import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { toDataFrame } from '../../src/notebook';
import { runNode } from '../child';

const library = JSON.stringify(path.join(__dirname, '..', '..', 'src'));
/** A machine on which native addons do not load. */
const NO_ADDON = `require('node:module')._extensions['.node'] = () => { throw new Error('addons do not load'); };`;

/** The JSON list that a script prints, in a process of its own. */
function script(code: string, environment: Record<string, string> = {}): any {
  const { output } = runNode(['-e', `const cl = require(${library}); (async () => { ${code} })();`], environment);
  return JSON.parse(output.split('\n').find((line) => line.startsWith('[')) ?? assert.fail(output));
}

test('toDataFrame hands the same values over to danfojs, which can sort them', () => {
  const frame = toDataFrame([
    { method: 'EWC', acc: 0.75 },
    { method: 'GEM', acc: 0.9 },
  ]);
  assert.deepEqual(frame.columns, ['method', 'acc']);
  assert.deepEqual(frame.sortValues('acc', { ascending: false }).values, [
    ['GEM', 0.9],
    ['EWC', 0.75],
  ]);
  assert.throws(() => toDataFrame([]), /toDataFrame: there are no rows/);
});

const WORK = `
  const frame = cl.toDataFrame([{ m: 'a', x: 1 }, { m: 'b', x: 3 }, { m: 'b', x: 5 }]);
  const sums = [frame.groupby(['m']).col(['x']).sum().values, frame.column('x').mean(), frame.loc({ columns: ['x'] }).tensor.shape];`;
const SUMS = [
  [
    ['a', 1],
    ['b', 8],
  ],
  3,
  [3, 1],
];

test('toDataFrame works where the native addon does not load, and leaves no trace under its name', () => {
  const [device, sums, standIn] = script(`${NO_ADDON} const device = await cl.initBackend(); ${WORK}
    let standIn = true;
    try { require('@tensorflow/tfjs-node'); } catch { standIn = false; }
    console.log(JSON.stringify([device, sums, standIn]));`);
  assert.match(device, /WebAssembly/);
  assert.deepEqual(sums, SUMS);
  assert.equal(standIn, false);
});

test('danfojs leaves the backend in use alone, whichever comes first', () => {
  const names = script(
    `await cl.initBackend(); ${WORK}
    console.log(JSON.stringify([sums, require('@tensorflow/tfjs').getBackend()]));`,
    { CL_BACKEND: 'wasm' },
  );
  assert.deepEqual(names, [SUMS, 'wasm']);
  const [sums, device, native] = script(
    `cl.loadDanfo(); const native = await cl.initBackend().then(() => cl.getDevice()); ${WORK}
    console.log(JSON.stringify([sums, require('@tensorflow/tfjs').getBackend(), native]));`,
    { CL_BACKEND: 'auto' },
  );
  assert.deepEqual(sums, SUMS);
  assert.equal(device === 'tensorflow', native.includes('native'));
});

test('after loadDanfo the first toDataFrame need not load anything', () => {
  const [after, loaded] = script(`cl.loadDanfo(); const before = Object.keys(require.cache).length;
    cl.toDataFrame([{ a: 1 }]);
    console.log(JSON.stringify([Object.keys(require.cache).length - before, Object.keys(require.cache).some((file) => file.includes('danfojs'))]));`);
  assert.deepEqual([after, loaded], [0, true]);
});

test('where danfojs cannot be loaded, loadDanfo is silent and toDataFrame says why', () => {
  const [message] = script(`const { Module } = require('node:module'), load = Module._load;
    Module._load = (name, ...rest) => { if (name === 'danfojs-node') throw new Error('a part is missing'); return load(name, ...rest); };
    cl.loadDanfo();
    try { cl.toDataFrame([{ a: 1 }]); } catch (error) { console.log(JSON.stringify([error.message])); }`);
  assert.match(message, /^toDataFrame: danfojs-node does not load: a part is missing; run `npm run doctor`/);
});
