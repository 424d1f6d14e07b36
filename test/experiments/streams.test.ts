import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStream, registerStream, streamNames } from '../../src/experiments';
import { findStream } from '../../src/experiments/streams';
import { getSplitMnist } from '../../src/scenarios';

test('the built-in streams open with the options and the seed of a spec', () => {
  assert.deepEqual(streamNames().slice(0, 4), ['split-mnist', 'permuted-mnist', 'split-fashion-mnist', 'rotated-mnist']);
  for (const name of streamNames().slice(0, 4)) {
    const stream = openStream({ name, nTasks: 2, data: 'synthetic', limitPerTask: 40, testLimitPerTask: 40 }, 7);
    assert.equal(stream.tasks.length, 2, name);
    assert.equal(stream.settings.seed, 7, name);
  }
  assert.equal(openStream({ name: 'split-mnist', data: 'synthetic', seed: 3 }, 7).settings.seed, 3);
});

test('each built-in stream is made for the scenarios in which studies run on it', () => {
  assert.deepEqual(findStream('split-mnist').madeFor, ['task-incremental', 'class-incremental']);
  assert.deepEqual(findStream('rotated-mnist').madeFor, ['domain-incremental']);
});

test('a stream of your own is known by its name; taken and unknown names are refused', () => {
  const open = () => getSplitMnist({ data: 'synthetic', limitPerTask: 20, testLimitPerTask: 20 });
  registerStream('mine', open);
  assert.equal(openStream({ name: 'mine' }, 1).tasks.length, 5);
  assert.deepEqual(findStream('mine').madeFor.length, 3);
  assert.throws(() => registerStream('mine', open), /there is a stream 'mine' already/);
  assert.throws(() => registerStream('', open), /name is empty/);
  assert.throws(() => registerStream('other', 'mine' as never), /open must be a function, got 'mine'/);
  assert.throws(() => registerStream('other', open, { madefor: [] } as object), /unknown option 'madefor'/);
  assert.throws(() => openStream({ name: 'other' }, 1), /none called 'other'; known streams: split-mnist, .*mine/);
});
