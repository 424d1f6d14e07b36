export type { TrainingBatch } from './batch';
export { TrainingInterrupted } from './progress';
export type { Probes, ProgressEvent, TrainCall, TrainingReport } from './progress';
export { CLTrainer } from './trainer';
export { TRAINER_DEFAULTS } from './types';
export type { CapacityReport, LossAndGradients, TaskLoaders, TrainerOptions } from './types';
