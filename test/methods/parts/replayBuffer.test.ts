import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { ReplayBuffer } from '../../../src/methods';

/** Samples whose only pixel and label are their number. */
const numbers = (first: number) => (samples: Int32Array) => ({
  images: Float32Array.from(samples, (i) => first + i),
  labels: samples.map((i) => (first + i) % 10),
});

/** A buffer that was shown `counts[k]` samples of task k, numbered through. */
function filled(capacity: number, counts: number[], seed = 1): ReplayBuffer {
  const buffer = new ReplayBuffer(capacity, { inputSize: 1, seed });
  let first = 0;
  counts.forEach((count, task) => {
    buffer.add(count, task, numbers(first));
    first += count;
  });
  return buffer;
}

const stored = (buffer: ReplayBuffer) => Array.from(buffer.images.data().slice(0, buffer.size));

test('buffer fills to capacity: everything is kept until it is full, then it stays full', () => {
  assert.deepEqual(stored(filled(5, [3])), [0, 1, 2]);
  assert.deepEqual([filled(5, [3, 2]).size, filled(5, [3, 9]).size, filled(5, [300]).size], [5, 5, 5]);
  assert.equal(new ReplayBuffer(5).size, 0);
});

test('image, label and task of a sample stay together', () => {
  const buffer = filled(50, [40, 60, 100]);
  const [labels, tasks] = [buffer.labels.data(), buffer.tasks.data()];
  stored(buffer).forEach((number, i) => {
    assert.equal(labels[i], number % 10);
    assert.equal(tasks[i], number < 40 ? 0 : number < 100 ? 1 : 2);
  });
  const { images, labels: drawn, tasks: drawnTasks } = buffer.sample(30);
  images.forEach((number, i) =>
    assert.deepEqual([drawn[i], drawnTasks[i]], [number % 10, number < 40 ? 0 : number < 100 ? 1 : 2]),
  );
});

test('reservoir distribution: each of 60 samples in three portions is kept equally often (χ² over 2000 seeds)', () => {
  const kept = new Array<number>(60).fill(0);
  const runs = 2000;
  for (let seed = 0; seed < runs; seed++) for (const number of stored(filled(12, [10, 20, 30], seed))) kept[number]++;
  const expected = (runs * 12) / 60;
  // Draws without replacement: variance p·(1 − p) a cell, and 59 degrees of freedom.
  const chi2 = kept.reduce((sum, count) => sum + (count - expected) ** 2 / (expected * (1 - 12 / 60)), 0) * (59 / 60);
  assert.ok(chi2 < 98.3, `χ² ${chi2} above the 99.9 % quantile of 59 degrees of freedom; ${kept}`);
  assert.ok(chi2 > 30, `χ² ${chi2}: too even to be random`);
});

test('places are random as well: the last sample lands everywhere', () => {
  const places = new Set<number>();
  for (let seed = 0; seed < 400; seed++) {
    const at = stored(filled(8, [16], seed)).indexOf(15);
    if (at >= 0) places.add(at);
  }
  assert.equal(places.size, 8);
});

test('no sample is held twice', () => {
  for (let seed = 0; seed < 50; seed++) assert.equal(new Set(stored(filled(12, [10, 20, 30], seed))).size, 12);
});

test('sample size: as many as asked for, all different where there are that many, else with repetition', () => {
  const buffer = filled(12, [30]);
  for (const count of [1, 5, 12]) assert.equal(new Set(buffer.draw(count)).size, count);
  const many = buffer.draw(40);
  assert.equal(many.length, 40);
  assert.ok(many.every((place) => place >= 0 && place < 12));
  assert.deepEqual([buffer.sample(7).images.length, buffer.sample(7).labels.length, buffer.sample(7).tasks.length], [7, 7, 7]);
  assert.ok(
    filled(12, [3])
      .draw(3)
      .every((place) => place < 3),
    'empty places are never drawn',
  );
});

test('draws are even over the buffer', () => {
  const buffer = filled(10, [10]);
  const often = new Array<number>(10).fill(0);
  for (let i = 0; i < 2000; i++) for (const place of buffer.draw(3)) often[place]++;
  for (const count of often) assert.ok(Math.abs(count - 600) < 110, `${often}`);
});

test('the seed decides what is kept and drawn', () => {
  assert.deepEqual(stored(filled(12, [60], 4)), stored(filled(12, [60], 4)));
  assert.notDeepEqual(stored(filled(12, [60], 4)), stored(filled(12, [60], 5)));
});

test('an empty buffer, a wrong capacity and inputs of a wrong size are refused', () => {
  assert.throws(() => new ReplayBuffer(3, { inputSize: 1 }).draw(1), /ReplayBuffer: it is empty; add samples first/);
  assert.throws(() => new ReplayBuffer(0), /capacity must be a whole number of at least 1/);
  const buffer = new ReplayBuffer(3, { inputSize: 2 });
  assert.throws(() => buffer.add(3, 0, numbers(0)), /expected 3 inputs of 2 numbers, got 3 numbers/);
  assert.equal(buffer.size, 0, 'a refused portion leaves the buffer as it was');
});

test('a buffer shows how full it is and of what', () => {
  assert.equal(inspect(filled(5, [3])), 'ReplayBuffer (3 of 5; 3 of task 0; 3 seen)');
});
