import type { AccuracyMatrix, AccuracyMoment, CLMetrics } from '../metrics';
import type { Passes } from '../models';
import type { CapacityReport } from '../training';
import type { AnswersReport } from './answers';
import type { LearningCurvesReport } from './learningCurves';
import type { TaskLosses } from './lossLog';
import type { MemoryBytes } from './memoryBytes';
import type { PlannedRun } from './plan';
import type { Provenance } from './provenance';

/** What came out of a run: plain JSON. It fits the figures of runs as it is (`metricBarsFigure(results)`). */
export interface ExperimentResult extends PlannedRun {
  /** Name of the method in the registry. */
  method: string;
  /** Seed of the run. */
  seed: number;
  /** Names of the tasks; absent in results of version 1. */
  taskNames?: string[];
  /** `matrix[i][j]`: accuracy on task i after training task j; null: not measured. */
  matrix: AccuracyMatrix;
  /** Metrics of the matrix. */
  metrics: Pick<CLMetrics, 'acc' | 'bwt' | 'fwt' | 'fm' | 'intransigence' | 'averageForgetting' | 'averageIncrementalAccuracy'>;
  /** Wall time of training and evaluation, without reading the data. */
  seconds: number;
  /** Highest resident memory of the process that ran it, in MB (10⁶ bytes). */
  peakMb: number;
  /** Weights and biases of the model at the end. */
  parameters: CapacityReport;
  /** Hash of everything that decided the data. */
  fingerprint: string;
  /** Where it ran. */
  device: string;
  /** Learning curves, where asked for. */
  learningCurves?: LearningCurvesReport;
  /** Accuracies inside the tasks, where asked for. */
  insideTasks?: AccuracyMoment[];
  /** Masked accuracies, confusion matrix and recency bias, where asked for. */
  answers?: AnswersReport;
  /** Samples that went forward and backward in training steps; absent in results of earlier versions, and where it is not known. */
  passes?: Passes;
  /** What the method remembered at the end, in bytes; absent in results of earlier versions, and where it does not say how to save it. */
  memoryBytes?: MemoryBytes;
  /** That it stopped learning, and since when; absent where it learnt. Such a run counts in means, with a word about it. */
  stuckAtChance?: string;
  /** Training losses task by task; absent in results files, which are for people. */
  losses?: TaskLosses[];
  /** When, where and by which version it was made; absent in results of earlier versions. */
  made?: Provenance;
}
