export type { Executor, Outcome, RunListener } from './executors/executor';
export { inProcess } from './executors/inProcess';
export { localProcesses } from './executors/localProcesses';
export type { LocalProcessesOptions } from './executors/localProcesses';
export { canonicalJson, configurationId } from './identity';
export { measureLearningCurves } from './learningCurves';
export type { AccuracyCurve, LearningCurvesReport, TaskCurves } from './learningCurves';

export { measureTransfer, type TransferReport } from './learningCurves';
export { planRun } from './plan';
export type { PlannedRun, RunNames } from './plan';
export { collectResults, readResults, writeResults } from './results';
export type { BenchmarkResults, ResultsNotes } from './results';
export { runExperiment } from './run';
export type { ExperimentResult } from './run';
export type { Json, JsonOptions, MeasureSpec, MethodSpec, ModelSpec, OptimizerSpec, Spec, SpecInput, StreamSpec } from './spec';
export { openStream, registerStream, streamNames } from './streams';
export type { StreamEntry } from './streams';
export type { Machine } from '../utils/environment';
