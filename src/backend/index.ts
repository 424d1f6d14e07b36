export { backend, getDevice, initBackend, newRecording } from './current';
export type { Backend, BackendName } from './backend';
export type { AdamNumbers, Kernels } from './kernels';
export type { HostNumbers, Value } from './value';
export { NeedsHost } from './graph/parts';
export type { Program, Recording } from './graph/recording';
export { Variable, elements } from './variable';
export { convShape, poolShape } from './windows';
export type { ConvWindow, Padding } from './windows';
