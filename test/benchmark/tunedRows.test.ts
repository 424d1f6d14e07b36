import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planExperiments } from '../../src/benchmark';
import type { BenchmarkRequest, TunedPreset } from '../../src/benchmark';
import { notesOnPresets } from '../../src/benchmark/tunedRows';

const preset = (changes: Partial<TunedPreset> = {}): TunedPreset => ({
  method: 'ewc',
  stream: 'split-mnist',
  scenario: 'class-incremental',
  options: { lr: 0.03, lambda: 1000 },
  score: { mean: 0.5, low: null, high: null },
  runs: [],
  tried: [],
  seeds: [101, 102],
  epochs: 5,
  settings: {},
  version: '0.1.0',
  date: '2026-01-01T00:00:00.000Z',
  command: 'tune ewc',
  ...changes,
});
const plan = (presets: TunedPreset[], request: BenchmarkRequest = {}) =>
  planExperiments({ studies: ['class-incremental'], methods: ['naive', 'ewc'], data: 'synthetic', presets, ...request });
const labels = (presets: TunedPreset[], request?: BenchmarkRequest) => plan(presets, request).map(({ label }) => label);

test('tuned options take the place of all rows of their method, and the row names them', () => {
  const runs = plan([preset()], { seeds: [1, 2] });
  assert.deepEqual(
    runs.map(({ label, spec }) => [label, spec.seed]),
    [
      ['Naive', 1],
      ['Naive', 2],
      ['EWC (tuned: lambda 1000, lr 0.03)', 1],
      ['EWC (tuned: lambda 1000, lr 0.03)', 2],
    ],
  );
  const { method, optimizer } = runs[2].spec;
  assert.deepEqual([method.options.lambda, optimizer.lr, optimizer.momentum], [1000, 0.03, 0.9]);
  assert.equal('lr' in method.options, false);
});

test('a preset serves its stream and scenario, and streams it is also for; that of the stream itself goes before', () => {
  const untuned = ['Naive', 'EWC λ=0.4', 'EWC λ=100'];
  assert.deepEqual(labels([preset({ scenario: 'task-incremental' })]), untuned);
  assert.deepEqual(labels([preset({ stream: 'split-fashion-mnist' })]), untuned);
  const shared = preset({ stream: 'split-fashion-mnist', alsoFor: ['split-mnist'], options: { lambda: 7 } });
  assert.deepEqual(labels([shared]), ['Naive', 'EWC (tuned: lambda 7)']);
  assert.deepEqual(labels([shared, preset()]), ['Naive', 'EWC (tuned: lambda 1000, lr 0.03)']);
});

test('options tuned on random pixels are not used on real images, nor the other way round, and a note says so', () => {
  const [random, real] = ['synthetic', 'real'].map((data) => preset({ settings: { data } }));
  const untuned = ['EWC λ=0.4', 'EWC λ=100'];
  const ask = (data: 'real' | 'synthetic'): BenchmarkRequest => ({ methods: ['ewc'], data });
  assert.deepEqual(labels([random], ask('real')), untuned);
  assert.deepEqual(labels([random], { methods: ['ewc'], data: undefined }), untuned);
  assert.deepEqual(labels([real], ask('synthetic')), untuned);
  assert.deepEqual(labels([random], ask('synthetic')), ['EWC (tuned: lambda 1000, lr 0.03)']);
  assert.deepEqual(labels([real], { methods: ['ewc'], data: undefined }), ['EWC (tuned: lambda 1000, lr 0.03)']);
  assert.deepEqual(notesOnPresets(plan([random], ask('real')), [random]), [
    'ewc on split-mnist, class-incremental: its preset was tuned with data synthetic, here it is real, so it runs with its own options',
  ]);
});

test('results on a seed of the search are refused', () => {
  assert.throws(
    () => plan([preset()], { seeds: [1, 102] }),
    /presets: ewc in class-incremental was tuned on seed 102, so its results would look better than they are; report on other seeds/,
  );
  assert.equal(plan([preset()], { seeds: [102], methods: ['naive'] }).length, 1, 'its preset is not used');
});

test('notes name the methods without a preset, and training that differs from that of the search', () => {
  assert.deepEqual(notesOnPresets(plan([preset()], { seeds: [1, 2], epochs: 3 }), [preset()]), [
    'naive on split-mnist, class-incremental: no preset, so it runs with its own options',
    'ewc on split-mnist, class-incremental: tuned with 5 epochs a task, here it has 3',
  ]);
});
