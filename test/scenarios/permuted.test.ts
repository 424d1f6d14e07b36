import assert from 'node:assert/strict';
import { test } from 'node:test';
import { datasetFromArrays } from '../../src/data/fromArrays';
import type { ScenarioName } from '../../src/data/task';
import { permutedScenario } from '../../src/scenarios/permuted';
import { getPermutedMnist } from '../../src/scenarios/mnist';
import { collectGarbage } from '../methods/fixtures';
import { tinyDataset } from '../data/fixtures';
import { contents, labelCounts } from './fixtures';

const dataset = tinyDataset();

/** The places where two streams' tasks put each pixel: found by an image whose pixels all differ. */
function orderOf(seed: number, task: number): number[] {
  const ramp = {
    inputs: Uint8Array.from({ length: 160 }, (_, k) => k % 16),
    labels: Uint8Array.from({ length: 10 }, (_, k) => k),
  };
  const stream = permutedScenario({ ...dataset, train: ramp, test: ramp }, { seed, nTasks: 3 });
  return [...stream.testLoaders[task].sampleImages(1)[0]].map((value) => Math.round(value * 255));
}

test('each task after the first has a permutation of the pixels, of its own and the same for all its images', () => {
  const identity = Array.from({ length: 16 }, (_, j) => j);
  assert.deepEqual(orderOf(1, 0), identity);
  for (const task of [1, 2]) {
    assert.notDeepEqual(orderOf(1, task), identity);
    assert.deepEqual(
      [...orderOf(1, task)].sort((a, b) => a - b),
      identity,
    );
  }
  assert.notDeepEqual(orderOf(1, 1), orderOf(1, 2));
  const order = orderOf(1, 2);
  const stream = permutedScenario(dataset, { seed: 1, nTasks: 3 });
  const [plain, permuted] = [stream.trainLoaders[0].sampleImages(200), stream.trainLoaders[2].sampleImages(200)];
  permuted.forEach((row, i) =>
    assert.deepEqual(
      [...row],
      order.map((from) => plain[i][from]),
    ),
  );
});

test('permutations and their hashes follow the seed', () => {
  const hashes = (seed: number) => permutedScenario(dataset, { seed, nTasks: 3 }).settings.permutations as string[];
  assert.deepEqual(orderOf(1, 1), orderOf(1, 1));
  assert.notDeepEqual(orderOf(1, 1), orderOf(2, 1));
  assert.deepEqual(hashes(1), hashes(1));
  assert.equal(hashes(1)[0], 'identity');
  assert.equal(new Set([...hashes(1).slice(1), ...hashes(2).slice(1)]).size, 4);
  assert.notEqual(permutedScenario(dataset, { seed: 1 }).fingerprint, permutedScenario(dataset, { seed: 2 }).fingerprint);
});

test('limits and more tasks leave the permutations as they are', () => {
  const hashes = (options: object) => (permutedScenario(dataset, options).settings.permutations as string[]).slice(0, 3);
  assert.deepEqual(hashes({ nTasks: 3, limitPerTask: 20 }), hashes({ nTasks: 8, validationFraction: 0.2 }));
});

test('every task serves all labels, and with a limit the same images', () => {
  const { tasks, trainLoaders, scenario } = permutedScenario(dataset, { limitPerTask: 30 });
  assert.equal(scenario, 'domain-incremental');
  for (const task of tasks) assert.deepEqual(task.classes, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const sorted = (task: number) => trainLoaders[task].sampleImages(30).map((row) => [...row].sort().join());
  for (const task of [1, 4]) assert.deepEqual(sorted(task), sorted(0));
  assert.deepEqual(labelCounts(trainLoaders[2]), Object.fromEntries(tasks[0].classes.map((k) => [k, 3])));
});

test('Permuted-MNIST serves whole MNIST in every task, synthetic data by option', () => {
  const { trainLoaders, testLoaders } = getPermutedMnist();
  assert.deepEqual(
    [...trainLoaders, ...testLoaders].map((loader) => loader.size),
    [...new Array(5).fill(60000), ...new Array(5).fill(10000)],
  );
  assert.equal(getPermutedMnist({ data: 'synthetic' }).dataset.name, 'synthetic');
});

test('same seed, same data and order; task-incremental allowed, unknown scenarios refused', () => {
  const make = (seed: number) => contents(permutedScenario(dataset, { seed, nTasks: 2 }));
  assert.equal(make(5), make(5));
  assert.notEqual(make(5), make(6));
  assert.equal(permutedScenario(dataset, { scenario: 'task-incremental' }).tasks[1].scenario, 'task-incremental');
  assert.throws(
    () => permutedScenario(dataset, { scenario: 'classes' as never }),
    /permuted scenario: scenario 'classes' is not possible here; use 'domain-incremental', 'task-incremental', 'class-incremental'/,
  );
});

test('class-incremental: each class in each permutation is a class of its own, with the images of the other scenarios', () => {
  const options = { nTasks: 3, seed: 1, limitPerTask: 30, validationFraction: 0.2 };
  const [arriving, shared] = ['class-incremental', 'domain-incremental'].map((scenario) =>
    permutedScenario(dataset, { ...options, scenario: scenario as ScenarioName }),
  );
  assert.deepEqual(
    arriving.tasks.map(({ classes }) => classes),
    [0, 10, 20].map((first) => Array.from({ length: 10 }, (_, k) => first + k)),
  );
  assert.deepEqual(
    arriving.tasks.map(({ classNames }) => classNames[3]),
    ['3 (original pixels)', '3 (permutation 1)', '3 (permutation 2)'],
  );
  for (const part of ['trainLoaders', 'validationLoaders', 'testLoaders'] as const) {
    arriving[part].forEach((loader, id) => {
      const [own, other] = [loader.hostData(), shared[part][id].hostData()];
      assert.deepEqual(own.images, other.images);
      assert.deepEqual(
        own.labels,
        other.labels.map((label) => 10 * id + label),
      );
    });
  }
  const { classNames, counts } = arriving.summary();
  assert.deepEqual([classNames.length, classNames[20], counts[20]], [30, '0 (permutation 2)', [0, 0, 2]]);
  assert.notEqual(arriving.fingerprint, shared.fingerprint);
});

test('class-incremental: wrong labels of label noise are classes of the same task', () => {
  const { trainLoaders } = permutedScenario(dataset, { scenario: 'class-incremental', nTasks: 2, labelNoise: 0.9, seed: 1 });
  const right = permutedScenario(dataset, { scenario: 'class-incremental', nTasks: 2, seed: 1 }).trainLoaders[1].labels();
  const noisy = trainLoaders[1].labels();
  assert.ok(noisy.every((label) => label >= 10 && label < 20));
  assert.equal(noisy.filter((label, i) => label !== right[i]).length, 0.9 * noisy.length);
});

const few = (size: number) => {
  const part = {
    inputs: Array.from({ length: 20 }, (_, i) => Array.from({ length: size }, (_, j) => 100 * j + i)),
    labels: Array.from({ length: 20 }, (_, i) => i % 2),
  };
  return datasetFromArrays({ name: 'own', train: part, test: part });
};

test('on few features all tasks are different, as many as there are orders; more are refused', () => {
  for (const seed of [1, 2, 3]) {
    const { settings, testLoaders } = permutedScenario(few(3), { nTasks: 6, seed });
    assert.equal(new Set(settings.permutations as string[]).size, 6);
    assert.equal(new Set(testLoaders.map((loader) => loader.sampleImages(1)[0].join())).size, 6);
  }
  assert.throws(
    () => permutedScenario(few(2), { nTasks: 3 }),
    /permuted scenario: 2 features have only 2 different orders, too few for 3 tasks; use nTasks: 2 or less/,
  );
});

test('permuted features take their mean and deviation along, and the task says so', () => {
  const { trainLoaders, tasks } = permutedScenario(few(3), { nTasks: 4, seed: 1 });
  assert.equal(tasks[0].name, 'original features');
  for (const [id, loader] of trainLoaders.entries()) {
    const { mean, std } = tasks[id].inputs!;
    const raw = loader.sampleImages(20);
    const { images } = loader.hostData();
    raw.forEach((row, i) =>
      row.forEach((value, j) => assert.ok(Math.abs(images[3 * i + j] - (value - mean[j]) / std[j]) < 1e-5)),
    );
    assert.ok(Math.abs(images.reduce((sum, value) => sum + value, 0)) < 1e-3, 'standardised: the mean is 0');
  }
  assert.equal(new Set(tasks.map((task) => task.inputs!.mean.join())).size, 4);
});

test('of images with channels whole pixels change places', () => {
  const colours = { images: Uint8Array.from({ length: 48 }, (_, k) => 5 * k), labels: [0, 1, 0, 1] };
  const stream = permutedScenario(datasetFromArrays({ name: 'own', shape: [2, 2, 3], train: colours, test: colours }), {
    nTasks: 4,
  });
  const [plain, ...others] = stream.trainLoaders.map((loader) => [...loader.sampleImages(1)[0]]);
  const pixels = (row: number[]) => [0, 3, 6, 9].map((at) => row.slice(at, at + 3).join());
  for (const row of others) {
    assert.notDeepEqual(row, plain);
    assert.deepEqual(pixels(row).sort(), pixels(plain).sort());
  }
});

test('hundreds of permutations take hardly more memory than a few: orders are drawn when they are needed, samples listed once', async () => {
  const count = 4000;
  const inputs = new Uint8Array(count * 784).map((_, i) => i % 251);
  const part = { inputs, labels: Int32Array.from({ length: count }, (_, i) => i % 10) };
  const large = datasetFromArrays({ name: 'large', train: part, test: part, shape: [28, 28, 1] });
  const bytes = async (nTasks: number) => {
    await collectGarbage();
    const before = process.memoryUsage();
    const stream = permutedScenario(large, { nTasks, seed: 1 });
    await collectGarbage();
    const after = process.memoryUsage();
    assert.equal(stream.trainLoaders.length, nTasks);
    return after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
  };
  await bytes(2);
  const each = ((await bytes(400)) - (await bytes(2))) / 398;
  assert.ok(each < 6000, `${Math.round(each)} bytes a task; an order alone has 3136, the list of samples 16000`);
});
