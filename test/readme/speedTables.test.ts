import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BenchResult } from '../bench/bench';
import { byMachine, rangeOver } from './speedTables';

const machine = { cores: 2, memoryGb: 8, system: 'Linux', node: 'v20', pinned: true, date: '2026-11-26' };
const step = (engine: string, method: string, msPerStep: number, ratios: object = {}) => ({
  engine,
  method,
  threads: 1,
  msPerStep,
  low: msPerStep,
  high: msPerStep,
  cpuMsPerStep: msPerStep,
  ...ratios,
});
const result = (cpu: string, vectors: string | undefined, steps: BenchResult['steps']): BenchResult => ({
  machine: { ...machine, cpu, vectors },
  engines: [],
  steps,
  studies: [],
  growth: [],
  targets: [],
});
const results = [
  result('Xeon', undefined, [step('native', 'naive', 0.6, { toPytorch: 0.5 }), step('jax-scan', 'naive', 0.5)]),
  result('EPYC', 'avx2', [
    { ...step('native', 'naive', 9, { toPytorch: 0.1, toJax: 0.1 }), threads: 2 },
    step('native', 'naive', 0.4, { toPytorch: 0.4, toJax: 1 }),
    step('native', 'gem', 7, { toPytorch: 0.8 }),
  ]),
];

test('the ratios of several machines stand one under the other, those on all cores left out', () => {
  assert.deepEqual(byMachine(results).split('\n'), [
    '| Machine | This library / | Naive | GEM, every step projected |',
    '| --- | --- | --- | --- |',
    '| Xeon, 2 cores, 2026-11-26 | PyTorch | 0.50 | – |',
    '| EPYC (avx2), 2 cores, 2026-11-26 | PyTorch | 0.40 | 0.80 |',
    '| Xeon, 2 cores, 2026-11-26 | JAX | 1.20 | – |',
    '| EPYC (avx2), 2 cores, 2026-11-26 | JAX | 1.00 | – |',
  ]);
});

test('the range goes over methods and machines', () => {
  assert.equal(
    rangeOver(results),
    'On one core a training step takes 0.40 to 0.80 times as long as in PyTorch, and 1.00 to 1.20 times as long as in JAX, depending on the method (measured on 2 machines).',
  );
});
