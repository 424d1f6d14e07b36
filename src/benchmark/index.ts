export { planExperiments } from './plan';
export type { BenchmarkRequest } from './plan';
export { ORIGINAL_MODEL, ORIGINAL_STREAM, ORIGINAL_TRAINING, STUDIES } from './presets';
export type { MethodPreset, Study } from './presets';
export { chooseOptions } from './tune/choose';
export type { ScoredPoint, TuningOutcome } from './tune/choose';
export { planTuning } from './tune/plan';
export type { Tuning, TuningPlan, TuningPoint, TuningRequest } from './tune/plan';
export { presetOf } from './tune/presetOf';
export { readPresets, writePresets } from './tune/presetsFile';
export type { TunedPreset } from './tune/presetsFile';
export { tuningTable } from './tune/table';
export { learningCurvesTable, studyTable, zeroShotTable } from './tables';

export { transferTable } from './tables';
