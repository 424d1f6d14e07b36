import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TaskLoader } from '../../src/data/loader';
import { blurryScenario, permutedScenario, rotatedScenario, splitScenario } from '../../src/scenarios';
import type { StreamOptions, TaskStream } from '../../src/scenarios';
import { tinyDataset } from '../data/fixtures';
import { withoutTestData } from './fixtures';

const OPTIONS = { seed: 3, validationFraction: 0.2, nTasks: 5 };
const KINDS: Record<string, (options: StreamOptions) => TaskStream> = {
  split: (options) => splitScenario(tinyDataset(), { ...options, scenario: 'class-incremental' }),
  permuted: (options) => permutedScenario(tinyDataset(), options),
  rotated: (options) => rotatedScenario(tinyDataset(), options),
  blurry: (options) => blurryScenario(tinyDataset({ perClass: 200 }), options),
};
const hashes = (loaders: readonly TaskLoader[]) => loaders.map(({ fingerprint }) => fingerprint);

for (const [kind, open] of Object.entries(KINDS)) {
  test(`the first tasks of a ${kind} stream are those of the whole stream, in all their data; the stream is another one`, () => {
    const [whole, first] = [open(OPTIONS), open({ ...OPTIONS, firstTasks: 2 })];
    assert.equal(first.tasks.length, 2);
    for (const loaders of ['trainLoaders', 'validationLoaders', 'testLoaders'] as const) {
      assert.deepEqual(hashes(first[loaders]), hashes(whole[loaders]).slice(0, 2), loaders);
    }
    assert.deepEqual([first.settings.nTasks, first.settings.firstTasks], [5, 2]);
    assert.notEqual(first.fingerprint, whole.fingerprint);
  });
}

test('more first tasks than there are, none, or half a one are refused', () => {
  for (const firstTasks of [0, 6, 1.5]) {
    assert.throws(
      () => splitScenario(tinyDataset(), { firstTasks }),
      /split scenario: firstTasks must be a whole number between 1 and 5, got /,
    );
  }
});

test('with validation data, test data is read only when its loaders are asked for', () => {
  const guarded = withoutTestData(tinyDataset());
  const stream = splitScenario(guarded, { validationFraction: 0.2, scenario: 'class-incremental' });
  assert.equal(stream.validationLoaders[4].size, 8);
  assert.throws(() => stream.testLoaders, /test data is read/);
  assert.throws(() => splitScenario(guarded, { scenario: 'class-incremental' }), /test data is read/);
});

test('test loaders are made once', () => {
  const stream = splitScenario(tinyDataset(), { validationFraction: 0.2 });
  assert.equal(stream.testLoaders, stream.testLoaders);
  assert.equal(stream.testLoaders.length, 5);
});
