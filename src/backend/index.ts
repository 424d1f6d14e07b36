export { backend, getDevice, initBackend, newRecording } from './current';
export type { Backend, BackendName } from './current';
export type { HostNumbers, Kernels, Value } from './kernels';
export { NeedsHost } from './recordedStep';
export type { Program, Recording } from './recording';
export { Variable, elements } from './variable';
