import type { Experiment, ExperimentResult } from '../../src/experiments';
import { ORIGINAL_STREAM, ORIGINAL_TRAINING } from '../../src/benchmark';

/** A small experiment on random pixels. */
export function experiment(changes: Partial<Experiment> = {}): Experiment {
  return {
    study: 'task-incremental',
    label: 'Naive',
    scenario: 'task-incremental',
    dataset: 'split-mnist',
    method: 'naive',
    seed: 1,
    options: { ...ORIGINAL_TRAINING, epochs: 1 },
    stream: { ...ORIGINAL_STREAM, hidden: [16], nTasks: 5, data: 'synthetic', limitPerTask: 128, testLimitPerTask: 100 },
    ...changes,
  };
}

/** A result as `runExperiment` would give it, with numbers that are easy to find again. */
export function result(changes: Partial<ExperimentResult> = {}): ExperimentResult {
  return {
    ...experiment(),
    matrix: [
      [0.9, 0.5],
      [null, 0.8],
    ],
    metrics: {
      acc: 0.65,
      bwt: -0.4,
      fwt: null,
      fm: 0.4,
      intransigence: 0.2,
      averageForgetting: 0.4,
      averageIncrementalAccuracy: 0.775,
    },
    seconds: 12,
    peakMb: 300,
    capacity: { total: 10, frozen: 0, trainable: 10 },
    fingerprint: 'abc',
    device: 'test',
    ...changes,
  };
}
