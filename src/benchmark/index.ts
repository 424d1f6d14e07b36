export { planExperiments } from './plan';
export type { BenchmarkRequest } from './plan';
export { ORIGINAL_MODEL, ORIGINAL_STREAM, ORIGINAL_TRAINING, STUDIES } from './presets';
export type { MethodPreset, Study } from './presets';
export { learningCurvesTable, studyTable, zeroShotTable } from './tables';

export { transferTable } from './tables';
