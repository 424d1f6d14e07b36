import assert from 'node:assert/strict';
import { test } from 'node:test';
import { herding, meanRow, normalised } from '../../../src/methods/parts/herding';
import { RandomStream } from '../../../src/utils/random';

/** The greedy choice by trying every row for every place. */
function bruteForce(rows: number[][], count: number): number[] {
  const mean = (list: number[][]) => list[0].map((_, j) => list.reduce((sum, row) => sum + row[j], 0) / list.length);
  const goal = mean(rows);
  const chosen: number[] = [];
  while (chosen.length < count) {
    const distances = rows.map((row, i) => {
      if (chosen.includes(i)) return Infinity;
      return Math.hypot(...mean([...chosen.map((at) => rows[at]), row]).map((value, j) => value - goal[j]));
    });
    chosen.push(distances.indexOf(Math.min(...distances)));
  }
  return chosen;
}

test('herding is the greedy choice of brute force', () => {
  const random = new RandomStream(3, 'herding');
  for (let round = 0; round < 5; round++) {
    const rows = Array.from({ length: 30 }, () => Array.from({ length: 4 }, () => Math.fround(random.normal())));
    assert.deepEqual(herding(Float32Array.from(rows.flat()), 4, 12), bruteForce(rows, 12));
  }
  assert.deepEqual(herding(Float32Array.of(1, 2, 9), 1, 5).sort(), [0, 1, 2], 'no more than there are');
});

test('rows are divided by their lengths; a row of zeros stays', () => {
  assert.deepEqual(Array.from(normalised(Float32Array.of(3, 4, 0, 0), 2)), [0.6, 0.8, 0, 0].map(Math.fround));
  assert.deepEqual(Array.from(meanRow(Float32Array.of(1, 2, 3, 6), 2)), [2, 4]);
});
