import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { limitSamples, mergeParts, positionsByClass, splitValidation } from '../../src/scenarios/subsets';
import { splitScenario } from '../../src/scenarios/split';
import { getSplitMnist } from '../../src/scenarios/mnist';
import { tinyDataset } from '../data/fixtures';
import { imageKeys, labelCounts } from './fixtures';

/** Parts of the given sizes; class k holds positions k, k + 10, k + 20, … */
const partsOf = (sizes: number[]) =>
  sizes.map((size, label) => ({ label, positions: Int32Array.from({ length: size }, (_, i) => 10 * i + label) }));
const sizesOf = (parts: { positions: Int32Array }[]) => parts.map((part) => part.positions.length);
const sizes = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 10 });

test('positions by class lists every sample under its label, ascending', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(4)), (labels) => {
      const expected = [0, 1, 2, 3, 4].map((k) => labels.flatMap((label, i) => (label === k ? [i] : [])));
      assert.deepEqual(
        positionsByClass(labels, 5).map((positions) => [...positions]),
        expected,
      );
    }),
  );
});

test('a limit keeps exactly that many different samples, balanced as far as class sizes allow', () => {
  fc.assert(
    fc.property(sizes, fc.integer({ min: 0, max: 700 }), fc.integer(), (all, limit, seed) => {
      const parts = partsOf(all);
      const chosen = limitSamples(parts, limit, seed, 'test');
      const total = all.reduce((a, b) => a + b, 0);
      const merged = mergeParts(chosen);
      assert.equal(new Set(merged).size, Math.min(limit, total));
      const kept = sizesOf(chosen);
      const most = Math.max(...kept);
      kept.forEach((count, i) => assert.ok(count >= most - 1 || count === all[i], `${kept.join()} of ${all.join()}`));
      chosen.forEach(({ positions }, i) => assert.ok(positions.every((position) => parts[i].positions.includes(position))));
    }),
  );
});

test('a smaller limit chooses among the samples of a larger one', () => {
  const parts = partsOf([50, 50]);
  const large = new Set(mergeParts(limitSamples(parts, 60, 1, 'test')));
  assert.ok(mergeParts(limitSamples(parts, 20, 1, 'test')).every((position) => large.has(position)));
});

test('a limit draws at random: every sample is kept about equally often', () => {
  const counts = new Array<number>(20).fill(0);
  for (let seed = 0; seed < 2000; seed++)
    for (const at of limitSamples(partsOf([20]), 5, seed, 'test')[0].positions) counts[at / 10]++;
  const chiSquare = counts.reduce((sum, count) => sum + (count - 500) ** 2 / 500, 0);
  assert.ok(chiSquare < 45, `χ² with 19 degrees of freedom: ${chiSquare}`);
});

test('classes are drawn independently of each other', () => {
  const [first, second] = limitSamples(partsOf([50, 50]), 40, 1, 'test').map(({ positions }) =>
    positions.map((at) => Math.floor(at / 10)),
  );
  assert.notDeepEqual(first, second);
});

test('validation and training samples are disjoint, and together all', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 10, max: 60 }), { minLength: 1, maxLength: 10 }),
      fc.double({ min: 0.06, max: 0.94, noNaN: true }),
      fc.integer(),
      (all, fraction, seed) => {
        const parts = partsOf(all);
        const { train, validation } = splitValidation(parts, fraction, seed);
        const [left, right] = [mergeParts(train), mergeParts(validation)];
        assert.deepEqual(
          [...left, ...right].sort((a, b) => a - b),
          [...mergeParts(parts)],
        );
        sizesOf(validation).forEach((count, i) => assert.equal(count, Math.round(fraction * all[i])));
      },
    ),
  );
});

test('in a stream: limit balanced, validation taken from it, test images complete unless limited', () => {
  const { trainLoaders, validationLoaders, testLoaders } = getSplitMnist({ limitPerTask: 1000, validationFraction: 0.1 });
  for (const loader of trainLoaders) assert.deepEqual(labelCounts(loader), { 0: 450, 1: 450 });
  for (const loader of validationLoaders) assert.deepEqual([loader.split, labelCounts(loader)], ['validation', { 0: 50, 1: 50 }]);
  assert.equal(
    testLoaders.reduce((sum, loader) => sum + loader.size, 0),
    10000,
  );
  assert.deepEqual(labelCounts(getSplitMnist({ testLimitPerTask: 100 }).testLoaders[2]), { 0: 50, 1: 50 });
});

test('in a stream: validation and training images are disjoint and together those of the stream without validation', () => {
  const dataset = tinyDataset();
  const whole = splitScenario(dataset);
  const parted = splitScenario(dataset, { validationFraction: 0.25 });
  assert.deepEqual(whole.validationLoaders, []);
  parted.trainLoaders.forEach((loader, i) => {
    assert.deepEqual([...imageKeys(loader), ...imageKeys(parted.validationLoaders[i])].sort(), imageKeys(whole.trainLoaders[i]));
  });
});
