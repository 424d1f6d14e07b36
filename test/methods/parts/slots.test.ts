import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Slots, type BufferKind } from '../../../src/methods/parts/slots';

/** Shows these labels of task 0, as many of each as said, one class after the other; which sample is in which slot. */
function shown(kind: BufferKind, capacity: number, perClass: number[], seed = 1) {
  const slots = new Slots('test', capacity, kind, seed);
  const samples = new Map<number, number>();
  let sample = 0;
  perClass.forEach((count, label) => {
    for (let i = 0; i < count; i++, sample++) {
      const slot = slots.place(0, label);
      if (slot !== undefined) samples.set(slot, sample);
    }
  });
  return { slots, counts: Object.fromEntries(slots.counts()), samples };
}

test('a ring keeps the newest samples of each class, as many of each', () => {
  const { counts, samples } = shown('ring', 9, [20, 20, 20]);
  assert.deepEqual(counts, { '0/0': 3, '0/1': 3, '0/2': 3 });
  const newest = [17, 18, 19, 37, 38, 39, 57, 58, 59];
  assert.deepEqual([...samples.values()].sort((a, b) => a - b), newest); // prettier-ignore
});

test('class-balanced: a rare class keeps all it has, the others share the rest', () => {
  const { counts } = shown('class-balanced', 30, [200, 5, 200]);
  assert.equal(counts['0/1'], 5);
  assert.ok(Math.abs(counts['0/0'] - counts['0/2']) <= 1 && counts['0/0'] + counts['0/2'] === 25, JSON.stringify(counts));
});

test('class-balanced: what is kept of a class is a uniform sample of it', () => {
  const often = new Array<number>(20).fill(0);
  for (let seed = 0; seed < 600; seed++)
    for (const sample of shown('class-balanced', 5, [20], seed).samples.values()) often[sample]++;
  for (const count of often) assert.ok(Math.abs(count - 150) < 50, `${often}`); // 5 of 20 in 600 runs; 4.7 deviations
});

test('greedy: as many of each class as there is room for, and no sample beyond a class’s share enters', () => {
  const { counts, samples } = shown('greedy', 10, [20, 20]);
  assert.deepEqual(counts, { '0/0': 5, '0/1': 5 });
  assert.ok(
    [...samples.values()].filter((sample) => sample >= 20).every((sample) => sample < 25),
    'the first five of the second',
  );
  const three = shown('greedy', 10, [20, 20, 20]).counts;
  assert.deepEqual(Object.values(three).sort(), [3, 3, 4]);
});

test('reservoir: each sample is kept with the same probability', () => {
  const often = new Array<number>(20).fill(0);
  for (let seed = 0; seed < 600; seed++)
    for (const sample of shown('reservoir', 5, [10, 10], seed).samples.values()) often[sample]++;
  for (const count of often) assert.ok(Math.abs(count - 150) < 50, `${often}`);
});

test('saved and restored it goes on alike; draws are different slots while there are as many', () => {
  for (const kind of ['reservoir', 'ring', 'class-balanced', 'greedy'] as const) {
    const { slots } = shown(kind, 6, [9, 9]);
    const other = new Slots('test', 6, kind, 99);
    other.restored(JSON.parse(JSON.stringify(slots.state())) as ReturnType<Slots['state']>)();
    for (let i = 0; i < 40; i++) assert.equal(slots.place(1, i % 3), other.place(1, i % 3));
    assert.deepEqual(other.state(), slots.state());
    assert.equal(new Set(slots.draw(6)).size, 6);
    assert.equal(slots.draw(50).length, 50);
  }
  assert.throws(() => new Slots('test', 6, 'ring', 1).draw(1), /test: its memory is empty/);
  assert.throws(() => new Slots('test', 6, 'fifo' as never, 1), /test: buffer must be 'reservoir', 'ring'/);
});
