export { Factors } from './factors';
export { Parameter } from './parameter';
export type { Gradients } from './parameter';
export { Tape } from './tape';
