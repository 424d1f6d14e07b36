export { ORIGINAL_STREAM, ORIGINAL_TRAINING, planExperiments, STUDIES } from './presets';
export type { BenchmarkRequest, MethodPreset, Study } from './presets';
export { studyTable, transferTable, zeroShotTable } from './tables';
