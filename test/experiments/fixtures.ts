import { planRun } from '../../src/experiments';
import type { ExperimentResult, PlannedRun, SpecInput } from '../../src/experiments';
import type { RunNames } from '../../src/experiments';

/** A small run on random pixels. */
export const SMALL: SpecInput = {
  stream: { name: 'split-mnist', nTasks: 5, data: 'synthetic', limitPerTask: 128, testLimitPerTask: 100 },
  model: { hidden: [16] },
  method: { name: 'naive' },
  epochs: 1,
  seed: 1,
};

/** A planned small run. */
export function planned(changes: Partial<SpecInput> = {}, names: RunNames = { study: 'task-incremental' }): PlannedRun {
  return planRun({ ...SMALL, ...changes }, names);
}

/** A result as `runExperiment` would give it, with numbers that are easy to find again. */
export function result(changes: Partial<ExperimentResult> = {}, run: PlannedRun = planned()): ExperimentResult {
  return {
    ...run,
    method: run.spec.method.name,
    seed: run.spec.seed,
    taskNames: ['digits 0, 1', 'digits 2, 3'],
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
    parameters: { total: 10, frozen: 0, trainable: 10 },
    fingerprint: 'abc',
    device: 'test',
    ...changes,
  };
}
