/**
 * Continual learning in TypeScript. In the order the data flows: a data set becomes a scenario (a stream of tasks), a method
 * learns it on a model, every evaluation fills a cell of the accuracy matrix, and metrics, benchmark and figures read that.
 *
 * @packageDocumentation
 */

// Seeds and where it runs
export { getSeed, RandomStream, setSeed } from './utils/random';
export { getDevice, initBackend, Variable } from './backend';
export type { AdamNumbers, BackendName, ConvWindow, HostNumbers, Kernels, Padding, Storage, Value } from './backend';

// Gradients
export * from './autodiff';

// Data
export * from './data';

// Scenarios
export * from './scenarios';

// Models
export * from './models';

// Training
export * from './training';

// Methods
export * from './methods';

// Metrics
export * from './metrics';

// Experiments
export * from './experiments';

// Benchmark
export * from './benchmark';

// Figures
export * from './figures';

// Notebook
export * from './notebook';
