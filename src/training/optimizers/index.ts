export { Adam, ADAM_DEFAULTS } from './adam';
export type { AdamOptions, StepCount } from './adam';
export { Optimizer } from './optimizer';
export type { Memory as OptimizerMemory, OptimizerState } from './optimizer';
export { SGD, SGD_DEFAULTS } from './sgd';
export type { SGDOptions } from './sgd';
export { newOptimizer } from './choose';
export type { OptimizerName } from './choose';
