export { Factors } from './factors';
export type { Flow } from './flow';
export { Parameter } from './parameter';
export type { Gradients } from './parameter';
export { Tape } from './tape';
export type { TapeOptions } from './tape';
