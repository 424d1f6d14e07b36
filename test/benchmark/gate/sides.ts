import type { ExperimentResult, SpecInput } from '../../../src/experiments';
import { CLMetrics } from '../../../src/metrics';
import { planned, result } from '../../experiments/fixtures';

/** A result of one seed that learns task 1 to 0.95 and ends with `kept` of it, with metrics that belong to its matrix. */
export function done(seed: number, kept: number, changes: Partial<SpecInput> = {}, fingerprint = 'abc'): ExperimentResult {
  const matrix = [
    [0.95, kept],
    [null, 0.95],
  ];
  const { acc, bwt, fwt, fm, intransigence, averageForgetting, averageIncrementalAccuracy } = new CLMetrics(matrix);
  const metrics = { acc, bwt, fwt, fm, intransigence, averageForgetting, averageIncrementalAccuracy };
  return result({ matrix, metrics, fingerprint }, planned({ seed, ...changes }));
}

/** Results of one method, one a seed from 1 on. */
export function several(name: string, ...kept: number[]): ExperimentResult[] {
  return kept.map((value, i) => done(i + 1, value, { method: { name } }));
}
