export type { Claim, Executor, Outcome, RunListener } from './executors/executor';
export { inProcess } from './executors/inProcess';
export { localProcesses } from './executors/localProcesses';
export type { LocalProcessesOptions } from './executors/localProcesses';
export { viaQueue } from './executors/viaQueue';
export type { ViaQueueOptions } from './executors/viaQueue';
export { isFailed, isFinished } from './failedRun';
export type { FailedRun, FinalRun } from './failedRun';
export { meanAnswers, measureAnswers } from './answers';
export type { AnswersReport, TaskAnswers } from './answers';
export { canonicalJson, configurationId } from './identity';
export { measureInsideTasks } from './insideTasks';
export type { InsideTasksOptions } from './insideTasks';
export { measureLearningCurves } from './learningCurves';
export type { AccuracyCurve, CurvesCall, LearningCurvesReport, TaskCurves } from './learningCurves';

export { measureTransfer, type TransferReport } from './learningCurves';
export { linearProbe } from './linearProbe';
export type { LinearProbe, LinearProbeOptions } from './linearProbe';
export { memoryBytes } from './memoryBytes';
export type { MemoryBytes } from './memoryBytes';
export { planRun } from './plan';
export type { PlannedRun, RunNames } from './plan';
export { collectResults, readResults, writeResults } from './results';
export type { BenchmarkResults, ResultsNotes } from './results';
export type { TaskLosses } from './lossLog';
export type { Provenance } from './provenance';
export { runExperiment } from './run';
export { runMeasures } from './runMeasures';
export type { MeasuredRun, RunMeasure, RunMeasuresOptions } from './runMeasures';
export type { ExperimentResult } from './result';
export type {
  CheckedMeasure,
  Json,
  JsonOptions,
  MeasureSpec,
  MethodSpec,
  ModelSpec,
  OptimizerSpec,
  Spec,
  SpecInput,
  StreamSpec,
} from './spec';
export { openStream, registerStream, streamNames } from './streams';
export { untrainedAccuracies } from './untrained';
export type { UntrainedAccuracies } from './untrained';
export { shardPlan } from './shard';
export * from './store';
export type { StreamEntry } from './streams';
export type { Machine } from '../utils/environment';
export { runId } from './ownRun';
