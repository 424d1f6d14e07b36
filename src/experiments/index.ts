export { processPool } from './executors/localProcesses';
export type { Executor, PoolListener } from './executors/localProcesses';
export { measureTransfer } from './forwardTransfer';
export type { AccuracyCurve, TaskTransfer, TransferReport } from './forwardTransfer';
export { collectResults, writeResults } from './results';
export type { BenchmarkResults } from './results';
export { openStream, runExperiment } from './run';
export type { DatasetName, Experiment, ExperimentResult, StreamSettings } from './run';
