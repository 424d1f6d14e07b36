import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { initBackend } from '../../src/backend';
import { StreamingLDA } from '../../src/methods';
import { discriminants } from '../../src/methods/slda';
import { easyStream, smallModel } from './fixtures';

before(async () => {
  await initBackend('native');
});

/** Solves A·x = b by Gauss–Jordan elimination with pivots. */
function solve(a: number[][], b: number[]): number[] {
  const m = a.map((row, i) => [...row, b[i]]);
  for (let c = 0; c < m.length; c++) {
    const pivot = m.findIndex((row, i) => i >= c && Math.abs(row[c]) === Math.max(...m.slice(c).map((one) => Math.abs(one[c]))));
    [m[c], m[pivot]] = [m[pivot], m[c]];
    for (let r = 0; r < m.length; r++) {
      if (r === c) continue;
      const factor = m[r][c] / m[c][c];
      m[r] = m[r].map((value, j) => value - factor * m[c][j]);
    }
  }
  return m.map((row, i) => row[m.length] / row[i]);
}

test('task by task it comes to the linear discriminant analysis of all data at once', async () => {
  const { trainLoaders } = easyStream('class-incremental');
  const trainer = new StreamingLDA(smallModel('SingleHeadMLP'), { shrinkage: 0.05, seed: 1 });
  const all: { x: number[]; label: number }[] = [];
  for (const loader of trainLoaders) {
    await trainer.trainTask(loader);
    await trainer.consolidate(loader);
    const { images, labels } = loader.hostData();
    labels.forEach((label, row) => all.push({ x: Array.from(images.subarray(row * 16, (row + 1) * 16)), label }));
  }
  const means = [0, 1, 2, 3, 4, 5].map((label) => {
    const own = all.filter((one) => one.label === label);
    return own[0].x.map((_, j) => own.reduce((sum, { x }) => sum + x[j], 0) / own.length);
  });
  const covariance = means[0].map((_, i) =>
    means[0].map((__, j) => {
      const sum = all.reduce((total, { x, label }) => total + (x[i] - means[label][i]) * (x[j] - means[label][j]), 0);
      return (0.95 * sum) / all.length + (i === j ? 0.05 : 0);
    }),
  );
  const scores = discriminants(trainer.statistics, 0.05);
  trainer.statistics.classes.forEach(({ label }, c) => {
    const weights = solve(covariance, means[label]);
    const bias = -0.5 * weights.reduce((sum, value, j) => sum + value * means[label][j], 0);
    const scale = Math.max(...weights.map(Math.abs));
    weights.forEach((value, j) => assert.ok(Math.abs(scores[c].weights[j] - value) < 1e-4 * scale, `${label}, ${j}`));
    assert.ok(Math.abs(scores[c].bias - bias) < 1e-3 * Math.abs(bias));
  });
});

test('shrinkage out of range is refused', () => {
  assert.throws(
    () => new StreamingLDA(smallModel('DomainMLP'), { shrinkage: 0 }),
    /StreamingLDA: shrinkage must be a number between/,
  );
});
