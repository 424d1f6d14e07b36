import { createHash } from 'node:crypto';
import { getDevice } from '../backend';
import type { CLTrainer, TaskLoaders } from '../training';
import { stuckAtChance } from './chance';
import { memoryBytes } from './memoryBytes';
import type { PlannedRun } from './plan';
import { provenance } from './provenance';
import type { ExperimentResult } from './result';

/** What a trainer that has learnt a stream came to; the time it took and the losses are told by whoever watched it. */
export type TrainedOutcome = Omit<
  ExperimentResult,
  keyof PlannedRun | 'seconds' | 'losses' | 'learningCurves' | 'insideTasks' | 'answers' | 'passes'
>;

/**
 * What a trainer that has learnt a stream came to.
 *
 * @param trainer after `runSequence`
 * @param loaders the stream; its test loaders are those that the matrix was measured on
 */
export function outcomeOf(trainer: CLTrainer<object>, loaders: TaskLoaders, method: string, seed: number): TrainedOutcome {
  const { matrix, acc, bwt, fwt, fm, intransigence, averageForgetting, averageIncrementalAccuracy } = trainer.tracker!.compute();
  const stuck = stuckAtChance(matrix, loaders.testLoaders);
  return {
    method,
    seed,
    taskNames: loaders.trainLoaders.map(({ task }) => task.name),
    matrix,
    metrics: { acc, bwt, fwt, fm, intransigence, averageForgetting, averageIncrementalAccuracy },
    peakMb: Math.round(process.resourceUsage().maxRSS / 1000),
    parameters: trainer.capacityReport(),
    ...rememberedBy(trainer),
    fingerprint: loaders.fingerprint ?? joined(loaders),
    device: getDevice(),
    ...(stuck !== undefined && { stuckAtChance: stuck }),
    made: provenance(),
  };
}

/** A method of one's own need not say how to save what it keeps. */
function rememberedBy(trainer: CLTrainer<object>): Pick<ExperimentResult, 'memoryBytes'> {
  try {
    return { memoryBytes: memoryBytes(trainer) };
  } catch {
    return {};
  }
}

/** A fingerprint of loaders that have none together, 12 hexadecimal digits. */
function joined({ trainLoaders, testLoaders }: TaskLoaders): string {
  const all = [...trainLoaders, ...testLoaders].map(({ fingerprint }) => fingerprint);
  return createHash('sha256').update(all.join()).digest('hex').slice(0, 12);
}
