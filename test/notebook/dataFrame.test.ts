import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { toDataFrame } from '../../src/notebook';
import { runNode } from '../child';
import { printed } from './printed';

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
  assert.throws(() => toDataFrame([{ a: 1 }, null] as never), /toDataFrame: rows\[1\] is null; pass an array of objects/);
});

test('a missing number does not count as 0 in means, and describe works; missing text stays missing', () => {
  const frame = toDataFrame([
    { method: 'ewc', ACC: 0.6, note: 'first', done: true },
    { method: 'ewc', ACC: null, done: null },
    { method: 'pnn', ACC: 0.8, note: null, done: false },
  ] as never);
  const mean = (rows: unknown[][]) => rows.map(([name, value]) => [name, Number.isNaN(value) ? 'NaN' : value]);
  assert.deepEqual(mean(frame.groupby(['method']).col(['ACC']).mean().values), [
    ['ewc', 'NaN'],
    ['pnn', 0.8],
  ]);
  assert.ok(Math.abs(frame.column('ACC').mean() - 0.7) < 1e-6);
  assert.equal(frame.describe().shape[0], 7);
  assert.deepEqual(frame.isNa().values, [
    [false, false, false, false],
    [false, true, true, true],
    [false, false, true, false],
  ]);
  assert.deepEqual(
    frame.values.map((row) => row[2]),
    ['first', null, null],
  );
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
  const [sums, before, after] = script(
    `cl.loadDanfo(); const before = await cl.initBackend(); ${WORK}
    cl.dispose(cl.tensor([1]));
    console.log(JSON.stringify([sums, before, cl.getDevice()]));`,
    { CL_BACKEND: 'auto' },
  );
  assert.deepEqual(sums, SUMS);
  assert.equal(after, before);
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

test('a missing number is missing in danfojs too, not 0, and describe works', () => {
  const frame = toDataFrame([
    { method: 'ewc', ACC: 0.6 },
    { method: 'ewc', ACC: null },
    { method: 'pnn', ACC: 0.8 },
    { method: 'er' },
  ]);
  assert.deepEqual(frame.dtypes, ['string', 'float32']);
  const means = frame.groupby(['method']).col(['ACC']).mean().values as [string, number][];
  assert.ok(Number.isNaN(means[0][1]) && means[1][1] === 0.8, JSON.stringify(means));
  const counts = frame.describe().values as number[][];
  assert.equal(counts[0][0], 2, 'missing values are not counted');
  assert.deepEqual(frame.dropNa().values, [
    ['ewc', 0.6],
    ['pnn', 0.8],
  ]);
});

test('columns are what they hold: text stays text where it looks like a number, whole numbers whole', () => {
  const rows = [
    { code: '01', whole: 1, broken: 1.5, big: 3e9, flag: true, mixed: 1, none: null },
    { code: '02', whole: 2, broken: 2, big: 1, flag: null, mixed: 'x', none: undefined },
  ];
  const frame = toDataFrame(rows);
  assert.deepEqual(frame.dtypes, ['string', 'int32', 'float32', 'float32', 'boolean', 'string', 'float32']);
  assert.deepEqual(frame.column('code').values, ['01', '02']);
});

test('rows that are no objects are refused by position', () => {
  assert.throws(() => toDataFrame([{ a: 1 }, undefined as never]), /toDataFrame: rows\[1\] is undefined/);
  assert.throws(() => toDataFrame([[1, 2]] as never), /rows\[0\] is \[1, 2\]/);
});

test('what a frame prints has no line of more than 100 characters, also the frames that danfojs makes of it', async () => {
  const row = (k: number) => Object.fromEntries(Array.from({ length: 12 }, (_, c) => [`a column with number ${c}`, k + c / 7]));
  const frame = toDataFrame(Array.from({ length: 14 }, (_, k) => ({ method: `method ${k}`, ...row(k) })));
  const text = await printed(() => {
    frame.print();
    frame.head(3).print();
    frame.sortValues('method').print();
    frame.groupby(['method']).max().print();
    frame.describe().print();
  });
  for (const line of text.split('\n')) assert.ok(line.length <= 100, `${line.length}: ${line}`);
  assert.match(text, /… and 4 more rows \(14 in all\)/);
  assert.match(text, /a column with number 11/);
});
