export { backend, getDevice, initBackend } from './current';
export type { Backend, BackendName } from './current';
export type { Kernels, Value } from './kernels';
export { Variable, elements } from './variable';
