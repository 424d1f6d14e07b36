import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planExperiments } from '../../src/benchmark';
import type { ScenarioName } from '../../src/data/task';
import { openStream, planRun, registerStream, streamNames } from '../../src/experiments';
import type { JsonOptions } from '../../src/experiments';
import { findStream } from '../../src/experiments/streams';
import { findMethod } from '../../src/methods';
import { SingleHeadMLP } from '../../src/models';
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

const VARIANTS = streamNames().slice(4);

test('every further built-in stream opens with its defaults, says so in its settings, and refuses what it does not know', () => {
  assert.ok(VARIANTS.length >= 11, VARIANTS.join());
  const few = { data: 'synthetic', limitPerTask: 60, testLimitPerTask: 60 };
  const open = (name: string, more: JsonOptions = {}) => openStream({ name, ...few, ...more }, 7);
  for (const name of VARIANTS) {
    const [stream, { nTasks }] = [open(name), findStream(name).defaults()];
    assert.equal(stream.tasks.length, nTasks, name);
    assert.ok(findStream(name).madeFor.includes(stream.scenario), name);
    assert.equal(stream.fingerprint, open(name).fingerprint, name);
    assert.notEqual(stream.fingerprint, openStream({ name, ...few }, 8).fingerprint, name);
    assert.throws(() => open(name, { nonsense: 1 }), /unknown option 'nonsense'/, name);
    assert.equal(stream.tasks[0].boundaries ?? 'told', findStream(name).boundaries, name);
  }
  assert.deepEqual(open('base-split-mnist').tasks.map(({ classes }) => classes.length), [4, 2, 2, 2]); // prettier-ignore
  assert.deepEqual(open('domain-split-mnist').tasks.map(({ classes }) => classes), new Array(5).fill([0, 1])); // prettier-ignore
  const online = open('online-split-mnist');
  assert.deepEqual([online.tasks[0].online, online.trainLoaders[0].batchSize], [true, 10]);
  assert.equal(open('noisy-split-mnist').settings.labelNoise, 0.2);
  assert.equal(open('imbalanced-split-mnist').settings.imbalance, 100);
  assert.throws(() => open('domain-split-mnist', { scenario: 'class-incremental' }), /scenario/);
  assert.throws(() => open('blurry-split-mnist', { scenario: 'task-incremental' }), /scenario/);
});

test('specs name them: online streams are passed over once by default, hidden boundaries refuse methods that need them', () => {
  const small = { data: 'synthetic', limitPerTask: 60, testLimitPerTask: 60 };
  const plan = (name: string, method: string, epochs?: number) =>
    planRun({ stream: { name, ...small }, model: { hidden: [8] }, method: { name: method }, ...(epochs && { epochs }), seed: 1 });
  assert.equal(plan('online-split-mnist', 'naive').spec.epochs, 1);
  assert.equal(plan('split-mnist', 'naive').spec.epochs, 5);
  assert.equal(plan('task-free-mnist', 'naive').spec.epochs, 1);
  assert.throws(() => plan('task-free-mnist', 'gem'), /gem: it must be told where a task begins and ends/);
});

test('permuted and rotated streams are class-incremental where a spec says so; ids of the other scenarios are what they were', () => {
  const small = { data: 'synthetic', limitPerTask: 20, testLimitPerTask: 20, nTasks: 2 };
  const plan = (name: string, scenario?: ScenarioName) =>
    planRun({ stream: { name, ...small, scenario }, model: { hidden: [8] }, method: { name: 'naive' }, seed: 1 });
  const ids = (name: string) =>
    [plan(name), plan(name, 'domain-incremental'), plan(name, 'task-incremental')].map(({ id }) => id);
  assert.deepEqual(ids('permuted-mnist'), ['ed8c2274fd429f0f', 'ed8c2274fd429f0f', 'bcc7e417f053638a']);
  assert.deepEqual(ids('rotated-mnist'), ['a71370506890d516', 'a71370506890d516', 'f1c486de1e228603']);
  for (const name of ['permuted-mnist', 'rotated-mnist']) {
    const { id, spec } = plan(name, 'class-incremental');
    assert.ok(!ids(name).includes(id), name);
    assert.deepEqual([spec.stream.scenario, spec.model.architecture], ['class-incremental', 'SingleHeadMLP'], name);
  }
});

test('a class-incremental permuted stream: the head has outputs for the classes seen so far', () => {
  const { tasks } = openStream({ name: 'permuted-mnist', scenario: 'class-incremental', nTasks: 3, data: 'synthetic' }, 1);
  const model = new SingleHeadMLP({ hidden: [4], seed: 1 });
  const outputs = tasks.map((task) => {
    model.prepareTask(task);
    return model.nClasses;
  });
  model.dispose();
  assert.deepEqual(outputs, [10, 20, 30]);
});

test('the benchmark opens a named stream with its own defaults, and leaves out methods that cannot know boundaries', () => {
  const runs = planExperiments({ stream: 'task-free-mnist', data: 'synthetic', limit: 60, seeds: [1] });
  assert.ok(runs.length > 0 && runs.every(({ spec }) => !findMethod(spec.method.name).needs.taskBoundaries));
  assert.deepEqual([...new Set(runs.map(({ spec }) => `${spec.epochs} ${String(spec.stream.batchSize)}`))], ['1 10']);
  const named = { stream: 'task-free-mnist', data: 'synthetic', limit: 60, methods: ['gem'] } as const;
  assert.throws(() => planExperiments(named), /must be told where a task begins and ends/);
  const [base] = planExperiments({ stream: 'base-split-mnist', data: 'synthetic', limit: 60, methods: ['naive'] });
  assert.deepEqual([base.spec.stream.nTasks, base.spec.stream.baseClasses, base.spec.epochs], [4, 4, 5]);
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
