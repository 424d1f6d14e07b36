import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { initBackend } from '../../../src/backend';
import { ClassStatistics } from '../../../src/methods/parts/classStatistics';
import { RandomStream } from '../../../src/utils/random';

before(async () => {
  await initBackend('native');
});

const WIDTH = 5;
const random = new RandomStream(1, 'statistics');
const labels = Int32Array.from({ length: 200 }, () => random.integer(3));
const rows = Float32Array.from({ length: 200 * WIDTH }, (_, i) => labels[Math.floor(i / WIDTH)] * 2 + 3 + random.normal());

/** Takes the samples in, in portions of these sizes. */
function inPortions(sizes: number[]): ClassStatistics {
  const statistics = new ClassStatistics('test', WIDTH, true);
  let start = 0;
  for (const size of sizes) {
    statistics.add(rows.subarray(start * WIDTH, (start + size) * WIDTH), labels.subarray(start, start + size), null);
    start += size;
  }
  return statistics;
}

test('means and scatter are those of all samples at once, whatever the portions', () => {
  const means = [0, 1, 2].map((label) => {
    const own = Array.from(labels.keys()).filter((row) => labels[row] === label);
    return Array.from({ length: WIDTH }, (_, j) => own.reduce((sum, row) => sum + rows[row * WIDTH + j], 0) / own.length);
  });
  const scatter = Array.from({ length: WIDTH * WIDTH }, (_, at) => {
    const [i, j] = [Math.floor(at / WIDTH), at % WIDTH];
    return Array.from(labels).reduce((sum, label, row) => {
      return sum + (rows[row * WIDTH + i] - means[label][i]) * (rows[row * WIDTH + j] - means[label][j]);
    }, 0);
  });
  for (const sizes of [[200], [1, 7, 92, 100], new Array<number>(200).fill(1)]) {
    const statistics = inPortions(sizes);
    statistics.classes.forEach(({ label, count }, c) => {
      assert.equal(count, Array.from(labels).filter((one) => one === label).length);
      statistics.means[c].forEach((value, j) => assert.ok(Math.abs(value - means[label][j]) < 1e-4));
    });
    assert.equal(statistics.count, 200);
    statistics.scatter!.forEach((value, i) =>
      assert.ok(Math.abs(value - scatter[i]) < 0.01, `${sizes.length}: ${value}, ${scatter[i]}`),
    );
  }
});

test('classes of different tasks are different classes where their task is given', () => {
  const statistics = new ClassStatistics('test', 1, false);
  statistics.add(Float32Array.of(1, 3), Int32Array.of(0, 1), 0);
  statistics.add(Float32Array.of(5), Int32Array.of(0), 1);
  assert.deepEqual(statistics.classes, [
    { task: 0, label: 0, count: 1 },
    { task: 0, label: 1, count: 1 },
    { task: 1, label: 0, count: 1 },
  ]);
});

test('saved and restored they are the same; damaged ones are refused and nothing changes', () => {
  const statistics = inPortions([200]);
  const saved = statistics.state();
  const other = new ClassStatistics('test', WIDTH, true);
  const largest = { label: 2, task: 0 };
  other.restore(JSON.parse(JSON.stringify(saved)) as typeof saved, largest);
  assert.deepEqual(other.state(), saved);
  const harmed: [object, RegExp][] = [
    [{ ...saved, classes: saved.classes.slice(1) }, /means holds 15 numbers instead of 10/],
    [{ ...saved, classes: [{ task: null, label: 7, count: 1 }] }, /a label must be a whole number between 0 and 2/],
    [{ ...saved, classes: [{ task: null, label: 1, count: 0 }] }, /a count must be a whole number of at least 1/],
    [{ ...saved, scatter: null }, /scatter is null/],
    [{}, /classes must be an array/],
  ];
  for (const [state, message] of harmed) assert.throws(() => other.restore(state as typeof saved, largest), message);
  assert.deepEqual(other.state(), saved);
});
