/**
 * Continual learning in TypeScript. In the order the data flows: a data set becomes a scenario (a stream of tasks), a trainer (one
 * method) learns it on a model, every evaluation fills a cell of the accuracy matrix, and metrics, tables and figures are pure
 * functions of that matrix. Each line below is a room of `src/`; a room knows only those it stands on (see CONTRIBUTING.md).
 *
 * @packageDocumentation
 */

// Where it computes, and the seed of everything random
export {
  decodeTensor,
  dispose,
  encodeTensor,
  getDevice,
  initBackend,
  loadVariable,
  numbersOf,
  saveVariable,
  tensor,
  Variable,
} from './backend';
export type { AdamNumbers, BackendName, ConvWindow, HostNumbers, Kernels, Padding, Storage, TensorState, Value } from './backend';
export { getSeed, RandomStream, setSeed } from './utils/random';
export type { RandomState } from './utils/random';

// Gradients: a tape over the kernels
export * from './autodiff';

// Data sets, and the streams of tasks made of them
export * from './data';
export * from './scenarios';

// Networks, what trains them, and the methods against forgetting
export * from './models';
export * from './training';
export * from './methods';

// Accuracy matrix, metrics and gate; figures of them
export * from './metrics';
export * from './figures';

// Runs with an identity, and the benchmark's studies
export * from './experiments';
export * from './benchmark';

// Published experiments, repeated
export * from './evidence';

// In notebooks: display, live progress, comparison
export * from './notebook';
